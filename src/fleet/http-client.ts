/** A small JSON client over node:http, loaded on use: fetch would take half of a command's start time. */

import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { systemClock } from '../actors/system-clock.js';
import { isErrorCode, messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { isObject } from '../protocol/json-object.js';
import { jsonFault } from '../protocol/nesting.js';
import { shortText } from '../protocol/some-of.js';
import { answerCounter, mostOfPath } from './answer-size.js';
import { answeredBy } from './last-answer.js';
import { requestOf } from './node-http.js';

export interface JsonRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Maximum size of the answer, bytes. @default by the URL's path (answer-size.ts) */
  readonly mostBytes?: number | undefined;
  /** Aborts the request: its answer is not needed any more. */
  readonly signal?: AbortSignal | undefined;
}

/** `body` is undefined when the answer is not JSON. */
export interface JsonResponse {
  readonly status: number;
  readonly headers?: IncomingHttpHeaders;
  readonly body: unknown;
  /** Host and port that answered. */
  readonly by?: string;
}

/** Redirects are not followed. @throws usage for an invalid address, unreachable, deadline_exceeded, bad_answer */
export async function requestJson(options: JsonRequest): Promise<JsonResponse> {
  const url = urlOf(options.url);
  const request = requestOf(url);
  const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    let isLate = false;
    const settle = () => {
      systemClock.clearTimeout(deadline);
      options.signal?.removeEventListener('abort', leave);
    };
    const onFault = (cause: unknown) => {
      settle();
      reject(isLate ? lateBy(url, options.timeoutMs) : faultOf(cause, url));
    };
    const call = request(
      url,
      {
        method: options.method,
        headers: {
          accept: 'application/json',
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...options.headers,
        },
      },
      (response) => {
        readJson(response, options.mostBytes ?? mostOfPath(url.pathname), url.host)
          .then(resolve, onFault)
          .finally(settle);
      },
    );
    const deadline = systemClock.setTimeout(() => {
      isLate = true;
      call.destroy();
      // A request destroyed without an error emits none.
      onFault(undefined);
    }, options.timeoutMs);
    const leave = () => void call.destroy(new Error('nobody waits for the answer any more'));
    if (options.signal?.aborted) leave();
    options.signal?.addEventListener('abort', leave, { once: true });
    call.on('error', onFault);
    refuseUpgrade(call, onFault);
    call.on('socket', (socket) => {
      // If the answer arrives before the request is fully written, the request stops listening for the socket's errors:
      // without this listener the following EPIPE would end the process. A kept-alive socket gets here again.
      if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
    });
    call.end(payload);
  });
}

function ignore(): void {}

/** Rejects an unrequested upgrade: without a listener node closes the connection silently and the request waits forever. */
export function refuseUpgrade(call: ClientRequest, onFault: (cause: Error) => void): void {
  call.once('upgrade', (_, socket) => {
    socket.destroy();
    onFault(new Error('HTTP 101'));
  });
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new SealvisorError('usage', `${JSON.stringify(text)} is not a valid address: write http://host:port`);
}

/** The received bytes of each answer, so that it can be passed on without being serialized again. */
const cameAs = new WeakMap<object, Buffer>();

/** The JSON bytes that an answer's body was parsed from; undefined for any other value. */
export function bytesOf(body: unknown): Buffer | undefined {
  return typeof body === 'object' && body !== null ? cameAs.get(body) : undefined;
}

async function readJson(response: IncomingMessage, mostBytes: number, by: string): Promise<JsonResponse> {
  const { statusCode: status = 0, headers } = response;
  answeredBy(by);
  const bytes = await readAnswer(response, mostBytes, by);
  const body = parsed(bytes, by);
  if (typeof body === 'object' && body !== null) cameAs.set(body, bytes);
  return { status, headers, by, body };
}

/** An answer's bytes, at most `mostBytes`. @throws bad_answer if it is larger; the rest is not read */
export async function readAnswer(response: IncomingMessage, mostBytes: number, by: string): Promise<Buffer> {
  const counter = answerCounter(mostBytes, by);
  const chunks: Buffer[] = [];
  try {
    const arriving: AsyncIterable<Buffer> = response;
    for await (const chunk of arriving) {
      counter.add(chunk.length);
      chunks.push(chunk);
    }
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  } finally {
    counter.done();
  }
}

/** Undefined when the text is not JSON. @throws bad_answer for JSON that is nested too deep to be written again */
export function parsed(text: string | Buffer, by: string): unknown {
  const fault = jsonFault(text, { mostHeap: Number.POSITIVE_INFINITY });
  if (fault !== undefined) throw new SealvisorError('bad_answer', `the answer of ${by} ${fault}`);
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}

function secondsText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

function lateBy(url: URL, timeoutMs: number): SealvisorError {
  return new SealvisorError(
    'deadline_exceeded',
    `${url.host} did not answer within ${secondsText(timeoutMs)}`,
  );
}

/** What to check: the name, the network, or the program at the other end. */
function adviceOn(why: string, { hostname }: URL): string {
  if (why === 'ENOTFOUND')
    return `DNS knows no address of ${hostname}; check its spelling, /etc/hosts and the DNS server`;
  if (why === 'EAI_AGAIN' || why === 'EAI_FAIL')
    return `the DNS server does not answer for ${hostname}; check the network and /etc/resolv.conf`;
  if (why === 'EHOSTUNREACH' || why === 'ENETUNREACH' || why === 'EHOSTDOWN' || why === 'ENETDOWN')
    return 'there is no way to it in the network; check the address, cables, routes and firewalls';
  if (/CERT|UNABLE_TO_VERIFY|SIGNATURE/.test(why))
    return 'its TLS certificate is not accepted; put the certificate of its authority into a file and name that in NODE_EXTRA_CA_CERTS, or use the name that is in the certificate';
  if (why === 'EPROTO' || why.startsWith('ERR_SSL'))
    return 'it does not speak TLS there; check the port, or write http:// in place of https://';
  if (isNotHttp(why))
    return 'what answers there does not speak HTTP; check the port, or write https:// in place of http://';
  return 'check that it runs and listens there';
}

export function isNotHttp(why: string): boolean {
  return why.startsWith('HPE_') || why === 'HTTP 101';
}

export function faultOf(cause: unknown, url: URL): SealvisorError {
  if (cause instanceof SealvisorError) return cause;
  const why = systemCodeOf(cause) ?? messageOf(cause);
  return new SealvisorError('unreachable', `cannot reach ${url.host} (${why}): ${adviceOn(why, url)}`, {
    cause,
  });
}

/** The answer's body. @throws the problem that the other side sent, else bad_answer */
export function expectOk(response: JsonResponse): unknown {
  const { status, body, by = 'the other side' } = response;
  const isDone = status >= 200 && status < 300;
  if (isDone && (body !== undefined || status === 204)) return body;
  const what = isDone ? 'what is not JSON' : String(status);
  throw (
    problemIn(response) ??
    new SealvisorError(
      'bad_answer',
      isTokenRefused(status)
        ? tokenRefused(by, status)
        : `${by} answered ${what}, as no sealvisor daemon does: check that this is the address of a worker or manager`,
      { data: { httpStatus: status } },
    )
  );
}

export function isTokenRefused(status: number): boolean {
  return status === 401 || status === 403;
}

/** Our daemons check no tokens: it is an upstream manager, or a proxy in front of one. */
export function tokenRefused(by: string, status: number): string {
  return `${by} refuses it (HTTP ${status}): it wants a token that it knows; a worker sends the one in sector_manager.rpc_client.headers, the command line sends none`;
}

/** Longer texts of another daemon are cut, characters. */
export const longestText = 4096;

/** The problem in an answer, if it has one of our error codes. */
export function problemIn({ body }: JsonResponse): SealvisorError | undefined {
  if (!isObject(body) || !('code' in body && 'detail' in body)) return undefined;
  const { code, detail, type: _type, title: _title, status: _status, ...data } = body;
  if (!isErrorCode(code)) return undefined;
  const words = typeof detail === 'string' && detail.trim() !== '' ? detail : `${code}, without a reason`;
  return new SealvisorError(code, shortText(words, longestText), { data });
}
