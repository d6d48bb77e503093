import type { Context } from 'hono';
import { SealvisorError } from '../protocol/errors.js';
import { jsonFault } from '../protocol/nesting.js';

export const largestBody = 1024 * 1024;
/**
 * A client that is cut off while it writes sees a broken connection, not our answer: up to this much is read and
 * dropped, bytes.
 */
const mostForgotten = 32 * largestBody;

/** The request's body, at most 1 MiB, as text. @throws body_too_large */
export async function readText(c: Context): Promise<string> {
  // The server enforces the declared length, so a short body can be read at once.
  if (isShort(c)) return c.req.text();
  return (await readChunks(c)).toString();
}

/** The request's body, at most 1 MiB, byte for byte. @throws body_too_large */
export async function readBytes(c: Context): Promise<Uint8Array> {
  return isShort(c) ? new Uint8Array(await c.req.arrayBuffer()) : readChunks(c);
}

function isShort(c: Context): boolean {
  return Number(c.req.header('content-length')) <= largestBody;
}

async function readChunks(c: Context): Promise<Buffer> {
  const tooLarge = () => new SealvisorError('body_too_large', 'the body is larger than 1 MiB');
  if (Number(c.req.header('content-length')) > mostForgotten) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
    if (size > mostForgotten) break;
  }
  if (size > largestBody) throw tooLarge();
  return Buffer.concat(chunks);
}

/** Bodies that were parsed, for the log of commands. */
const read = new WeakMap<Request, unknown>();

/** What `readBody` parsed for this request; undefined if it was not read or was empty. */
export function bodyOf(c: Context): unknown {
  return read.get(c.req.raw);
}

/** The request's body as JSON; an empty one is `{}`. @throws body_too_large, invalid_request */
export async function readBody(c: Context): Promise<unknown> {
  const text = await readText(c);
  if (text.trim() === '') return {};
  const fault = jsonFault(text);
  if (fault !== undefined) throw new SealvisorError('invalid_request', `the body ${fault}`);
  try {
    const body: unknown = JSON.parse(text);
    read.set(c.req.raw, body);
    return body;
  } catch (cause) {
    throw new SealvisorError('invalid_request', 'the body is not valid JSON', { cause });
  }
}
