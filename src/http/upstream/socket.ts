/** WebSocket connections to a manager in front of another one: each frame is answered here, or passed on as a POST. */
import type { Context } from 'hono';
import { createJSONRPCErrorResponse, isJSONRPCID, JSONRPCErrorCode, type JSONRPCID } from 'json-rpc-2.0';
import { endToEndHeaders } from '../../fleet/end-to-end-headers.js';
import type { Front } from '../../manager/upstream/front.js';
import { errorCodes, messageOf, SealvisorError } from '../../protocol/errors.js';
import { shortText } from '../../protocol/some-of.js';
import type { Conversation } from '../web-socket-door.js';
import { type Asked, askedIn, isPing } from './calls.js';
import { mixedText, pingName, type UpstreamRpc, upstreamRpcPath } from './door.js';
import { rawHeadersOf } from './pass.js';

/** Limit of an answer, bytes: a frame is sent whole. */
const mostAnswer = 16 * 1024 * 1024;
/** Methods whose answer comes in parts, on a channel of upstream's own connection. */
const streamed = new Set(['Venus.UnsealPiece']);
/** Go's client cancels a call with this method. */
const cancel = 'xrpc.cancel';

/** Headers of the opening request that are not passed on: those of the handshake, and its encodings, which frames do not use. */
const ofHandshake = new Set([
  ...['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-extensions', 'sec-websocket-protocol'],
  ...['content-type', 'content-length', 'origin', 'accept-encoding'],
]);

export function upstreamConversation(c: Context, rpc: UpstreamRpc, front: Front): Conversation {
  const { url } = front.upstream;
  const headers = [
    ...endToEndHeaders(rawHeadersOf(c), ofHandshake).flat(),
    ...['Content-Type', 'application/json'],
  ];
  const inFlight = new Set<AbortController>();
  /** The calls in flight by id, for cancel. */
  const byId = new Map<string, AbortController>();
  const passed = async (text: string, asked: Asked): Promise<string | undefined> => {
    const id = idOf(asked);
    const [call] = asked.calls;
    if (call && streamed.has(call.method))
      return refusal(id, new SealvisorError('not_found', streamText(call.method, url)));
    const end = front.inFlight.begin();
    const key = JSON.stringify(id);
    const left = new AbortController();
    inFlight.add(left);
    byId.set(key, left);
    try {
      const request = { method: 'POST', path: upstreamRpcPath, headers, body: Buffer.from(text) };
      const { status, bytes, rest } = await rpc.pass({ ...request, signal: left.signal }, rpc.passing(asked));
      const whole = await wholeOf(bytes, rest);
      if (whole === undefined)
        return refusal(id, new SealvisorError('bad_answer', `the answer of ${url} is larger than 16 MiB`));
      const isFrame = /^\s*[[{]/.test(whole);
      if (isFrame || (whole.trim() === '' && status < 300)) return isFrame ? whole : undefined;
      const said = `${url} answered HTTP ${status}: ${shortText(whole.trim(), 500)}`;
      return refusal(id, new SealvisorError('remote_error', said));
    } finally {
      end();
      inFlight.delete(left);
      if (byId.get(key) === left) byId.delete(key);
    }
  };
  return {
    rpc: async (text, from) => {
      const asked = askedIn(Buffer.from(text));
      const [call] = asked.calls;
      if (call?.method === cancel && !asked.isBatch) {
        byId.get(JSON.stringify(call.params[0]))?.abort();
        return { status: 204 };
      }
      if (asked.whose === 'both') return answered(invalid(mixedText));
      if (asked.whose === 'ours') {
        if (isPing(asked))
          rpc.pings.pass(
            { method: 'POST', path: upstreamRpcPath, headers, body: Buffer.from(text) },
            pingName(asked),
          );
        return rpc.own(text, from);
      }
      const answer = await passed(text, asked).catch((thrown: unknown) => refusal(idOf(asked), thrown));
      return answered(answer);
    },
    end: () => {
      for (const left of inFlight) left.abort();
    },
  };
}

const answered = (text: string | undefined) =>
  text === undefined ? ({ status: 204 } as const) : ({ status: 200, text } as const);

function idOf({ calls, isBatch }: Asked): JSONRPCID {
  const id = isBatch ? null : (calls[0]?.id ?? null);
  return isJSONRPCID(id) ? id : null;
}

function refusal(id: JSONRPCID, thrown: unknown): string {
  const code = thrown instanceof SealvisorError ? thrown.code : 'internal';
  return JSON.stringify(
    createJSONRPCErrorResponse(id, errorCodes[code].rpc, shortText(messageOf(thrown), 4096), { code }),
  );
}

const invalid = (text: string) =>
  JSON.stringify(createJSONRPCErrorResponse(null, JSONRPCErrorCode.InvalidRequest, text));

const streamText = (method: string, url: string) =>
  `${method} sends its answer in pieces over upstream's own connection, which this manager does not pass on: ask ${url} itself`;

async function wholeOf(
  begin: Buffer,
  rest: (AsyncIterable<Buffer> & { destroy(): unknown }) | undefined,
): Promise<string | undefined> {
  const chunks = [begin];
  let size = begin.length;
  for await (const chunk of rest ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostAnswer) return undefined;
  }
  return Buffer.concat(chunks).toString();
}
