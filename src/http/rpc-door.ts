/** Answers JSON-RPC over POST. */
import type { Context } from 'hono';
import { identityHeaders } from '../protocol/identity.js';
import { shortText } from '../protocol/some-of.js';
import { readText } from './body.js';
import { callerAddress, callerOf } from './caller.js';
import type { jsonRpcHandler } from './json-rpc.js';
import { callerBy } from './who.js';

/** Where a manager answers JSON-RPC, by POST and over a WebSocket. */
export const rpcPaths = ['/', '/rpc/v0'];

/** Characters. */
const longestWhy = 500;

export async function answerRpc(c: Context, rpc: ReturnType<typeof jsonRpcHandler>): Promise<Response> {
  // A header, as upstream's workers read only the body.
  const explain = (why: string) =>
    c.header(identityHeaders.whyNone, encodeURIComponent(shortText(why, longestWhy)));
  const { status, text } = await rpc(await readText(c), {
    explain,
    address: callerAddress(c),
    by: callerBy(c, 'rpc'),
    ...callerOf(c),
  });
  if (text === undefined) return c.body(null, 204);
  return c.body(text, status === 204 ? 200 : status, { 'content-type': 'application/json' });
}
