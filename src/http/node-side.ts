/** Node's own side of a request that hono handles, and of the streams that it answers with. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Context } from 'hono';

/** What hono's server puts beside a request; a test that asks the app itself has no connection. */
interface NodeSide {
  readonly incoming?: Partial<Pick<IncomingMessage, 'socket' | 'rawHeaders'>>;
  readonly outgoing?: ServerResponse;
}

export function nodeSide(c: Context): NodeSide {
  return c.env ?? {};
}

/** The stream as a body of an answer. */
export function webStream(stream: Readable): ReadableStream {
  // Node's and the DOM's stream types differ in name only.
  return Readable.toWeb(stream) as unknown as ReadableStream;
}
