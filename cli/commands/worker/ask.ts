/** How the commands reach a worker. Light: `list` must start within twice node's own start time. */
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { configuredName, formatAddress, workerEndpoint } from '../../../src/config/endpoint.js';
import { shapedAnswer } from '../../../src/fleet/answer-shape.js';
import { expectOk, requestJson } from '../../../src/fleet/http-client.js';
import { isRest, type MeantWorker, meantHeaders } from '../../../src/fleet/worker-client.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import { commandHeader, longestBy } from '../../../src/protocol/who.js';

export interface Where {
  readonly config?: string;
  readonly worker?: string;
  readonly json?: boolean;
}

export interface ThreadOptions extends Where {
  readonly index: number;
  readonly reason?: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const readMs = 10_000;
export const commandMs = 15_000;

/** `http://host:port` of the worker that the options name. @throws usage, config_missing, config_invalid */
export async function baseOf(where: Where): Promise<string> {
  const base = `http://${formatAddress(await workerEndpoint(where, process.env))}`;
  const name = where.config === undefined ? undefined : await configuredName(where.config);
  if (name !== undefined) meantAt.set(base, { name });
  return base;
}

/** The worker expected at an address: that of the configuration that named it, not another one that listens there now. */
const meantAt = new Map<string, MeantWorker>();

export function headersAt(base: string): Readonly<Record<string, string>> {
  return meantHeaders(meantAt.get(base));
}

/** Calls a worker's REST; its answers have our types: the same program wrote them. */
export async function ask<T>(where: Where, method: Method, path: string, body?: unknown): Promise<T> {
  return askAt<T>(await baseOf(where), method, path, body);
}

export async function askAt<T>(
  base: string,
  method: Method,
  path: string,
  body?: unknown,
  timeoutMs = method === 'GET' ? readMs : commandMs,
): Promise<T> {
  const response = await requestJson({
    method,
    url: `${base}${path}`,
    body,
    headers: { ...headersAt(base), ...(method === 'GET' ? {} : { [commandHeader]: randomUUID() }) },
    timeoutMs,
  });
  if (response.status === 204 || isRest(response))
    return shapedAnswer(response, path, expectOk(response)) as T;
  upstream.add(base);
  // Loaded on demand: its schemas would slow down every command.
  const { askUpstream } = await import('../manager/upstream-worker.js');
  return (await askUpstream(base, method, path, body)) as T;
}

/** Workers that turned out to be upstream's. */
const upstream = new Set<string>();

export function isUpstream(base: string): boolean {
  return upstream.has(base);
}

/** @throws usage */
export function checkIndex(index: number): number {
  if (Number.isInteger(index)) return index;
  throw new SealvisorError('usage', 'the index is a whole number, as `list` shows it');
}

/** The routes of one thread. @throws usage */
export function threadPath(index: number): string {
  return `/api/v1/threads/${checkIndex(index)}`;
}

/** Who gives the command, for the history. */
export function operator(): string {
  return (process.env.SEALVISOR_OPERATOR || `${userName()}@${hostname()}`).slice(0, longestBy);
}

/** A user without an entry in the system is named by $USER, else by its number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER || String(process.getuid?.() ?? 'operator');
  }
}
