/** `worker list | pause | resume`: a worker steers its own threads. Light: it must start in twice node's own time. */
import { formatAddress, workerEndpoint } from '../../src/config/endpoint.js';
import { expectOk, requestJson } from '../../src/fleet/http-client.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import type { ControlReply, ThreadView } from '../../src/protocol/thread.js';
import { threadLine, wideSuffix } from '../output/field-text.js';
import { answer, answerControl, answerJson } from '../output/say.js';
import { watch } from '../output/watch.js';

export interface Where {
  readonly config?: string;
  readonly worker?: string;
  readonly json?: boolean;
}

export interface ThreadOptions extends Where {
  readonly index: number;
  readonly reason?: string;
}

const readMs = 10_000;
const commandMs = 15_000;

/** Calls a worker's REST; what it answers is typed by the same program on the other side. */
export async function ask<T>(where: Where, method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const endpoint = await workerEndpoint(where, process.env);
  return askAt<T>(`http://${formatAddress(endpoint)}`, method, path, body);
}

export async function askAt<T>(
  base: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> {
  const timeoutMs = method === 'GET' ? readMs : commandMs;
  const response = await requestJson({ method, url: `${base}${path}`, body, timeoutMs });
  return expectOk(response) as T;
}

/** @throws usage */
export function checkIndex(index: number): number {
  if (Number.isInteger(index)) return index;
  throw new SealvisorError('usage', 'the index is a whole number, as `list` shows it');
}

export async function list(options: Where & { wide?: boolean; watch?: boolean }): Promise<void> {
  await watch(options.watch === true, async () => {
    const views = await ask<ThreadView[]>(options, 'GET', '/api/v1/threads');
    if (options.json) return answerJson(views);
    const now = Date.now();
    for (const view of views) answer(threadLine(view, now) + (options.wide ? wideSuffix(view) : ''));
  });
}

export async function pause(options: ThreadOptions & { now?: boolean }): Promise<void> {
  const body = { how: options.now ? 'now' : 'after-stage', reason: options.reason, by: operator() };
  const path = `/api/v1/threads/${checkIndex(options.index)}/pause`;
  answerControl(await ask<ControlReply>(options, 'POST', path, body), options.json === true);
}

export async function resume(options: ThreadOptions & { state?: string; dryRun?: boolean }): Promise<void> {
  const body = { state: options.state, reason: options.reason, dryRun: options.dryRun, by: operator() };
  const path = `/api/v1/threads/${checkIndex(options.index)}/resume`;
  if (options.dryRun) return answerJson(await ask<unknown>(options, 'POST', path, body));
  answerControl(await ask<ControlReply>(options, 'POST', path, body), options.json === true);
}

export async function restart(options: ThreadOptions): Promise<void> {
  const body = { reason: options.reason, by: operator() };
  const path = `/api/v1/threads/${checkIndex(options.index)}/restart`;
  answerControl(await ask<ControlReply>(options, 'POST', path, body), options.json === true);
}

/** Who gives the command, for the history. */
export function operator(): string {
  return process.env.SEALVISOR_OPERATOR ?? process.env.USER ?? 'operator';
}
