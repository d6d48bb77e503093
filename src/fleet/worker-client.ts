/** A worker at an address: REST when it is one of ours, JSON-RPC when it is upstream's (venus-cluster, damocles). */
import { longestTimerMs } from '../actors/system-clock.js';
import type { WallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { identityHeaders } from '../protocol/identity.js';
import type { ControlReply, ThreadView } from '../protocol/thread.js';
import { byHeader, commandHeader } from '../protocol/who.js';
import { shapedAnswer } from './answer-shape.js';
import { expectOk, type JsonRequest, type JsonResponse, requestJson } from './http-client.js';
import type { UpstreamClient } from './upstream-worker.js';

const timeoutMs = 15_000;

/** A request to a worker's REST; `path` is what stands behind `/api/v1`, with its query. */
export type PassedRequest = Pick<JsonRequest, 'method' | 'body' | 'signal'> & {
  readonly path: string;
  /** Who gives the command, where its body does not say. */
  readonly by?: string | undefined;
  /** The command's id, where its body has none. */
  readonly id?: string | undefined;
};

export interface WorkerClient extends UpstreamClient {
  /** The worker's supervisor tree, as it shows it. @throws invalid_request for an upstream worker */
  tree(): Promise<unknown>;
  /** Any request to our own worker's REST; undefined when it answers nothing. @throws invalid_request for an upstream worker */
  pass(request: PassedRequest): Promise<unknown>;
}

/** Who a command is for: a worker that is another one refuses it. */
export interface MeantWorker {
  readonly name: string;
  readonly id?: string | undefined;
}

export function meantHeaders(meant: MeantWorker | undefined): Readonly<Record<string, string>> {
  if (!meant) return {};
  const { to, toId } = identityHeaders;
  // A header holds ASCII alone.
  return { [to]: encodeURIComponent(meant.name), ...(meant.id === undefined ? {} : { [toId]: meant.id }) };
}

/** `base` is `http://host:port`. What our own worker answers is typed by the same program on the other side. */
export function workerClient(
  name: string,
  base: string,
  clock: WallClock,
  meant?: MeantWorker,
): WorkerClient {
  const headers = meantHeaders(meant);
  const rest = ({ path, by, id, ...request }: PassedRequest) =>
    requestJson({
      ...request,
      headers: {
        ...headers,
        ...(by === undefined ? {} : { [byHeader]: encodeURIComponent(by) }),
        ...(id === undefined ? {} : { [commandHeader]: id }),
      },
      url: `${base}/api/v1${path}`,
      timeoutMs: patience(request.body),
    });
  // Loaded when it is needed: the schemas of upstream's answers would slow every command down.
  const upstream = async () => (await import('./upstream-worker.js')).upstreamClient(name, base, clock);
  const pass = async (request: PassedRequest) => {
    const answer = await rest(request);
    if (answer.status === 204) return undefined;
    if (isRest(answer)) return shapedAnswer(answer, request.path, expectOk(answer));
    const asked = `${request.method} ${request.path}`;
    throw new SealvisorError(
      'invalid_request',
      `${name} is an upstream worker: it has no ${asked}, only the list of its threads, pause and resume`,
    );
  };
  return {
    threads: async () => {
      const answer = await rest({ method: 'GET', path: '/threads' });
      if (!isRest(answer)) return (await upstream()).threads();
      return shapedAnswer(answer, '/threads', expectOk(answer)) as readonly ThreadView[];
    },
    thread: async (index) => {
      const answer = await rest({ method: 'GET', path: `/threads/${index}` });
      if (!isRest(answer)) return (await upstream()).thread(index);
      return shapedAnswer(answer, `/threads/${index}`, expectOk(answer)) as ThreadView;
    },
    command: async (index, verb, body, signal) => {
      const path = `/threads/${index}/${verb}`;
      // A worker of 0.1.0 takes no id with a restart.
      const { id, ...others } = body;
      const told = verb === 'restart' ? { body: others, id } : { body };
      const answer = await rest({ method: 'POST', path, ...told, signal });
      if (!isRest(answer)) return (await upstream()).command(index, verb, body);
      return shapedAnswer(answer, path, expectOk(answer)) as ControlReply;
    },
    tree: () => pass({ method: 'GET', path: '/tree' }),
    pass,
  };
}

/** How long an answer may take: a command that waits for its effect (`waitMs`) takes so much longer. */
export function patience(body: unknown): number {
  const asked = typeof body === 'object' && body !== null && 'waitMs' in body ? body.waitMs : 0;
  return Math.min(timeoutMs + (typeof asked === 'number' && asked > 0 ? asked : 0), longestTimerMs);
}

/** Upstream's worker answers in text, or in JSON-RPC to a post at any path: neither is an answer to our request. */
export function isRest({ status, body }: JsonResponse): boolean {
  if (typeof body !== 'object' || body === null || 'jsonrpc' in body) return false;
  return status < 400 || 'code' in body;
}
