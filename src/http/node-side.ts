/** Node's objects behind a request that hono handles, and behind the streams of answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Context } from 'hono';

/** What hono's server adds to a request; a test that calls the app directly has no connection. */
interface NodeSide {
  readonly incoming?: Partial<Pick<IncomingMessage, 'socket' | 'rawHeaders'>>;
  readonly outgoing?: ServerResponse;
}

export function nodeSide(c: Context): NodeSide {
  return c.env ?? {};
}

/** The stream as the body of an answer. */
export function webStream(stream: Readable): ReadableStream {
  // Node's and the DOM's stream types differ in name only.
  return Readable.toWeb(stream) as unknown as ReadableStream;
}
