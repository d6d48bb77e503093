/** Which calls in a body are answered here, and which by the manager behind this one. */
import { isObject } from '../../protocol/json-object.js';
import { jsonFault } from '../../protocol/nesting.js';

/** Workers' reports of themselves, and the methods that read them. */
const ownMethods = [
  'Venus.WorkerPing',
  'Venus.WorkerGetPingInfo',
  'Venus.WorkerPingInfoList',
  'Venus.WorkerPingInfoRemove',
] as const;

const own = new Set<unknown>(ownMethods);

export interface AskedCall {
  /** Empty if it has none. */
  readonly method: string;
  readonly params: readonly unknown[];
  readonly id: unknown;
}

/** The calls of a body; empty if it is not JSON-RPC: then the manager behind this one answers with its own error. */
export interface Asked {
  readonly whose: 'ours' | 'theirs' | 'both';
  readonly isBatch: boolean;
  readonly calls: readonly AskedCall[];
}

export function askedIn(body: Uint8Array): Asked {
  const value = valueIn(body);
  const isBatch = Array.isArray(value);
  const calls = (isBatch ? value : [value]).flatMap(callIn);
  const ours = calls.filter(({ method }) => own.has(method)).length;
  const whose = ours === 0 ? 'theirs' : ours === calls.length ? 'ours' : 'both';
  return { whose, isBatch, calls };
}

export function isPing({ calls }: Asked): boolean {
  return calls.some(({ method }) => method === 'Venus.WorkerPing');
}

/** The JSON value of a body; undefined if it cannot be parsed here, and then it is passed on. */
export function valueIn(body: Uint8Array): unknown {
  if (jsonFault(body) !== undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch {
    return undefined;
  }
}

function callIn(value: unknown): readonly AskedCall[] {
  if (!isObject(value)) return [];
  const { method, params, id } = value;
  return [
    {
      method: typeof method === 'string' ? method : '',
      params: Array.isArray(params) ? params : [],
      id: id ?? null,
    },
  ];
}

export type RpcAnswer = { readonly result: unknown } | { readonly error: string };

/** The result or error of a JSON-RPC answer; undefined if it is not one. */
export function answerIn(body: Uint8Array): RpcAnswer | undefined {
  const value = valueIn(body);
  if (!isObject(value) || !('jsonrpc' in value)) return undefined;
  const { result, error } = value;
  if (!isObject(error)) return { result: result ?? null };
  return { error: typeof error.message === 'string' ? error.message : 'without a reason' };
}
