/** Passes requests on to the manager behind this one, and its answers back: byte for byte, each request once. */

import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { HeaderPair } from '../../fleet/end-to-end-headers.js';
import { type PassedAnswer, type PassedOn, unanswered } from '../../fleet/upstream-http.js';
import type { Front } from '../../manager/upstream/front.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import { identityHeaders } from '../../protocol/identity.js';
import { humanDuration } from '../../protocol/text/ages.js';
import { permits } from '../load.js';
import { nodeSide, webStream } from '../node-side.js';
import type { RpcAnswer } from './calls.js';
import { headerIn, lookedAt } from './look.js';
import type { Outcome, PassCounts } from './metrics.js';

/**
 * The most requests that are passed on at once: each holds a connection while upstream works. Routes that are
 * answered here have their own limit.
 */
const mostPassed = 2000;
/** An answer up to this size is read before it is sent on; a larger one is forwarded as it comes, bytes. */
const mostGathered = 256 * 1024;

/** If a caller leaves after waiting this long, and no other call was answered meanwhile, upstream counts as silent, ms. */
const patientMs = 10_000;

/** The label of a request for the counts, and what reads its answer. */
export interface Passing {
  readonly label: string;
  /** Set for a call that has one JSON-RPC answer: called with it after it was read whole and passed on. */
  onAnswer?(answer: RpcAnswer): void;
}

/** An answer; `rest` is the unread part of a large one. */
export interface Gathered {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly bytes: Buffer;
  readonly rest: IncomingMessage | undefined;
}

export type Pass = (request: PassedOn, passing: Passing) => Promise<Gathered>;

/** Passes requests on, without retries. @throws unreachable, too_many, config_invalid, shutting_down */
export function passer(
  { upstream, reach }: Pick<Front, 'upstream' | 'reach'>,
  counts: Pick<PassCounts, 'begin'>,
  most = mostPassed,
  now: () => number = () => performance.now(),
): Pass {
  const room = permits(most, `too many requests wait for ${upstream.url}`);
  const { host } = new URL(upstream.url);
  let answers = 0;
  /** @throws what `onAnswer` throws */
  const look = (gathered: Gathered, { onAnswer }: Passing): Outcome => {
    const { status, headers } = gathered;
    const byStatus = status < 400 ? 'answered' : 'refused';
    const looked = onAnswer && gathered.rest === undefined ? lookedAt(gathered, host) : undefined;
    if (looked?.kind === 'foreign') {
      reach.failed(looked.fault);
      return 'unreadable';
    }
    answers += 1;
    reach.answered(status, headerIn(headers, identityHeaders.manager));
    if (looked?.kind !== 'rpc') return byStatus;
    onAnswer?.(looked.answer);
    return 'error' in looked.answer ? 'refused' : 'answered';
  };
  return async (request, passing) => {
    const giveBack = room.take();
    const count = counts.begin(passing.label);
    const [startedMs, answersBefore] = [now(), answers];
    try {
      const answer = await upstream.pass(request);
      const gathered = await gather(answer, upstream.url, request.method);
      const { rest } = gathered;
      // The answer holds its connection until it ends.
      if (rest && !rest.closed) rest.once('close', giveBack);
      else giveBack();
      // Read after it was sent, so that it is never delayed.
      setImmediate(() => count(outcomeOf(() => look(gathered, passing), answer.status)));
      return gathered;
    } catch (thrown) {
      const isStopped = thrown instanceof SealvisorError && thrown.code === 'shutting_down';
      const isLeft = isStopped || request.signal?.aborted === true;
      const waitedMs = now() - startedMs;
      if (!isLeft) reach.failed(messageOf(thrown));
      else if (!isStopped && waitedMs >= patientMs && answers === answersBefore)
        reach.failed(`${host} did not answer within ${humanDuration(waitedMs)}: see that it runs`);
      count(isLeft ? 'left' : 'unreachable');
      giveBack();
      throw thrown;
    }
  };
}

function outcomeOf(look: () => Outcome, status: number): Outcome {
  try {
    return look();
  } catch {
    // Any error here is ignored: the answer has been passed on.
    return status < 400 ? 'answered' : 'refused';
  }
}

async function gather(
  { status, headers, body }: PassedAnswer,
  url: string,
  method: string,
): Promise<Gathered> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The answer to a HEAD has a content-length without a body.
  const isLong = method !== 'HEAD' && Number(headerIn(headers, 'content-length')) > mostGathered;
  const iterator: AsyncIterator<Buffer> = body.iterator({ destroyOnReturn: false });
  const bytes = () => (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  while (!isLong && size <= mostGathered) {
    const next = await iterator.next().catch((cause: unknown) => {
      throw unanswered(new URL(url), cause);
    });
    if (next.done) return { status, headers, bytes: bytes(), rest: undefined };
    chunks.push(next.value);
    size += next.value.length;
  }
  await iterator.return?.();
  return { status, headers, bytes: bytes(), rest: body };
}

/** Sends the answer to the caller. */
export async function answerWith(c: Context, { status, headers, bytes, rest }: Gathered): Promise<Response> {
  if (rest === undefined)
    return new Response(bytes.length === 0 ? null : new Uint8Array(bytes), {
      status,
      headers: headersOf(headers),
    });
  const { outgoing } = nodeSide(c);
  if (!outgoing) {
    // A test that calls the app directly has no connection to write to.
    const whole = Readable.from(chunksOf(bytes, rest), { objectMode: false });
    return new Response(webStream(whole), { status, headers: headersOf(headers) });
  }
  outgoing.writeHead(status, headers.flat());
  // If either side breaks off, so does the other: half an answer must not look complete.
  await pipeline(chunksOf(bytes, rest), outgoing).catch(() => undefined);
  return RESPONSE_ALREADY_SENT;
}

async function* chunksOf(bytes: Buffer, rest: IncomingMessage): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
  const chunks: AsyncIterable<Buffer> = rest;
  yield* chunks;
}

/** A record is faster, but can hold each name only once. */
function headersOf(pairs: readonly HeaderPair[]): [string, string][] | Record<string, string> {
  const names = new Set(pairs.map(([name]) => name.toLowerCase()));
  return names.size === pairs.length
    ? Object.fromEntries(pairs)
    : pairs.map(([name, value]): [string, string] => [name, value]);
}

/** Counts a request, so that a stop waits for its answer. @throws shutting_down */
export function countInFlight(c: Context, { inFlight }: Pick<Front, 'inFlight'>): void {
  const end = inFlight.begin();
  const { outgoing } = nodeSide(c);
  if (outgoing) outgoing.once('close', end);
  else end();
}

/** The request's headers, unchanged: names and values in turn. */
export function rawHeadersOf(c: Context): readonly string[] {
  return nodeSide(c).incoming?.rawHeaders ?? [...c.req.raw.headers].flat();
}
