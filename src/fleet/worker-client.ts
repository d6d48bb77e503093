/** Client of the worker at an address: REST for one of ours, JSON-RPC for upstream's (venus-cluster, damocles). */
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

/** A request to a worker's REST; `path` is the part after `/api/v1`, with its query. */
export type PassedRequest = Pick<JsonRequest, 'method' | 'body' | 'signal'> & {
  readonly path: string;
  /** Who gives the command, if its body does not say. */
  readonly by?: string | undefined;
  /** The command's id, if its body has none. */
  readonly id?: string | undefined;
};

export interface WorkerClient extends UpstreamClient {
  /** The worker's supervisor tree. @throws invalid_request for an upstream worker */
  tree(): Promise<unknown>;
  /** Any request to our own worker's REST; undefined for an empty answer (204). @throws invalid_request for an upstream worker */
  pass(request: PassedRequest): Promise<unknown>;
}

/** The worker that a command is for: any other worker refuses it. */
export interface MeantWorker {
  readonly name: string;
  readonly id?: string | undefined;
}

export function meantHeaders(meant: MeantWorker | undefined): Readonly<Record<string, string>> {
  if (!meant) return {};
  const { to, toId } = identityHeaders;
  // A header may contain only ASCII.
  return { [to]: encodeURIComponent(meant.name), ...(meant.id === undefined ? {} : { [toId]: meant.id }) };
}

/** `base` is `http://host:port`. Answers of our own worker have our types: the same program wrote them. */
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
  // Loaded on demand: the schemas of upstream's answers would slow down every command.
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
      // A worker of 0.1.0 accepts no id in the body of a restart.
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

/** How long an answer may take, ms: a command that waits for its effect gets `waitMs` more. */
export function patience(body: unknown): number {
  const asked = typeof body === 'object' && body !== null && 'waitMs' in body ? body.waitMs : 0;
  return Math.min(timeoutMs + (typeof asked === 'number' && asked > 0 ? asked : 0), longestTimerMs);
}

/** Upstream's worker answers in text, or in JSON-RPC to a POST at any path: neither is a REST answer. */
export function isRest({ status, body }: JsonResponse): boolean {
  if (typeof body !== 'object' || body === null || 'jsonrpc' in body) return false;
  return status < 400 || 'code' in body;
}
