/**
 * `Venus.` of a manager in front of another one: workers' reports of themselves are answered here, everything else is
 * passed on.
 */
import type { Context, Hono } from 'hono';
import { isJSONRPCID, JSONRPCErrorCode } from 'json-rpc-2.0';
import type { Front } from '../../manager/upstream/front.js';
import type { Emit } from '../../protocol/events/table.js';
import { identityHeaders } from '../../protocol/identity.js';
import { pingParam } from '../../protocol/ping.js';
import { readBytes } from '../body.js';
import { callerAddress, callerOf } from '../caller.js';
import { jsonRpcHandler, type RpcCaller, type RpcMethod } from '../json-rpc.js';
import { permits } from '../load.js';
import type { OnMethod } from '../manager/method.js';
import { rosterMethods } from '../manager/roster-rpc.js';
import { parse } from '../parse.js';
import { rpcPaths } from '../rpc-door.js';
import { loggedMethods } from '../rpc-log.js';
import { callerBy } from '../who.js';
import { type Asked, type AskedCall, askedIn, isPing, type RpcAnswer } from './calls.js';
import { answerWith, countInFlight, type Pass, type Passing, rawHeadersOf } from './pass.js';
import { type PingPass, pingPass } from './ping.js';

/** The path of upstream's managers, used whichever of our paths was called. */
export const upstreamRpcPath = '/rpc/v0';

/** Bodies that are read at once, each up to 1 MiB. */
const mostRead = 256;

export type Rpc = ReturnType<typeof jsonRpcHandler>;

export interface UpstreamRpc {
  /** The methods that are answered here. */
  readonly own: Rpc;
  readonly pings: PingPass;
  readonly pass: Pass;
  /** How a request that is passed on is counted, and what reads its answer. */
  passing(asked: Asked): Passing;
}

export function upstreamRpc(front: Front, pass: Pass, emit: Emit): UpstreamRpc {
  const methods: Record<string, RpcMethod> = {};
  const on: OnMethod = (method, names, call) => {
    methods[`Venus.${method}`] = { names, call: (params) => call(...params) ?? null };
  };
  methods['Venus.WorkerPing'] = {
    names: ['info'],
    call: ([info], { address }) => {
      // Used numbers matter only to a manager that allocates sectors.
      const { usedNumbers: _, ...ping } = parse(pingParam, info, 'WorkerPing');
      front.roster.ping({ ...ping, source: address ?? null });
      return null;
    },
  };
  rosterMethods(on, front);
  return {
    own: jsonRpcHandler(loggedMethods(methods, emit)),
    pings: pingPass(pass, emit),
    pass,
    passing: ({ calls, isBatch }) => {
      const [call] = calls;
      if (!call || isBatch) return { label: isBatch ? 'batch' : 'not JSON-RPC' };
      // A notification has no answer.
      if (!isJSONRPCID(call.id) || call.id === null) return { label: call.method };
      return { label: call.method, onAnswer: (answer) => see(front, call, answer) };
    },
  };
}

function see(front: Front, { method, params }: AskedCall, answer: RpcAnswer): void {
  front.sightings.see({ method: method.replace(/^Venus\./, ''), params, answer });
}

export function rpcRoutes(app: Hono, rpc: UpstreamRpc, front: Front): void {
  const reading = permits(mostRead, 'too many requests are being read');
  app.on('POST', rpcPaths, async (c) => {
    countInFlight(c, front);
    const giveBack = reading.take();
    const body = await readBytes(c).finally(giveBack);
    const asked = askedIn(body);
    if (asked.whose === 'both') return mixed(c);
    if (asked.whose === 'ours') {
      if (isPing(asked)) rpc.pings.pass(requestOf(c, body), pingName(asked));
      return ownAnswer(c, rpc.own, body, front);
    }
    return answerWith(
      c,
      await rpc.pass({ ...requestOf(c, body), signal: c.req.raw.signal }, rpc.passing(asked)),
    );
  });
}

const requestOf = (c: Context, body: Uint8Array) => ({
  method: 'POST',
  path: upstreamRpcPath,
  headers: rawHeadersOf(c),
  body,
});

/** The worker's name in a ping; '' if the report cannot be read, which is passed on too. */
export function pingName({ calls }: Asked): string {
  const info = calls.find(({ method }) => method === 'Venus.WorkerPing')?.params[0];
  return typeof info === 'object' && info !== null && 'Name' in info ? String(info.Name).slice(0, 128) : '';
}

async function ownAnswer(c: Context, own: Rpc, body: Uint8Array, { reach }: Front): Promise<Response> {
  const { status, text } = await own(Buffer.from(body).toString(), callerFrom(c));
  // The worker must see the id of the manager that allocates its sectors, not of the one that keeps its reports.
  const id = reach.manager();
  if (id !== null) c.header(identityHeaders.manager, id);
  if (text === undefined) return c.body(null, 204);
  return c.body(text, status === 204 ? 200 : status, { 'content-type': 'application/json' });
}

export function callerFrom(c: Context): RpcCaller {
  return { address: callerAddress(c), by: callerBy(c, 'rpc'), ...callerOf(c) };
}

export const mixedText =
  'a batch with reports of workers and with what upstream answers: this manager answers the first and passes the others on; send them in two';

function mixed(c: Context): Response {
  const error = { code: JSONRPCErrorCode.InvalidRequest, message: mixedText };
  return c.json({ jsonrpc: '2.0', id: null, error });
}
