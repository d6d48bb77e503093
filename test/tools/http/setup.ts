import type { Hono } from 'hono';
import { emptyRecord } from '#machines/thread-record.js';
import { emptyWorkerRecord } from '#machines/worker-record.js';
import type { WorkerConfig } from '#src/config/worker-config.js';
import { workerApp } from '#src/http/worker/app.js';
import { SealvisorError } from '#src/protocol/errors.js';
import { summarize, type ThreadView } from '#src/protocol/thread.js';
import type { WorkerView } from '#src/protocol/worker.js';
import { threadOver } from '#src/worker/border/calls.js';
import { createWorkerControl } from '#src/worker/control.js';
import type { WorkerControl } from '#src/worker/control-words.js';
import { eventHub } from '#src/worker/event-hub.js';
import type { ThreadSlot } from '#src/worker/roster/slot.js';
import { pauseText, resumeText } from '#src/worker/thread/command-text.js';
import { node } from '../actors/node.js';
import { pausedView, viewOf } from '../protocol/views.js';

export interface Sent {
  readonly index: number;
  readonly verb: string;
  readonly args: readonly unknown[];
}

/** A slot whose thread takes every command, and goes by the plan as far as the doors must know. */
function slotOf(first: ThreadView, sent: Sent[]): ThreadSlot {
  let view = first;
  const { index } = first;
  const send = (command: { type: string; state?: string | null; how?: string }) => {
    const isPause = command.type === 'THREAD.PAUSE';
    const stops = view.mode === 'paused' || view.mode === 'pausing';
    if (command.state === 'Nowhere')
      throw new SealvisorError('unknown_state', 'unknown state Nowhere: plan sealer knows Empty, Allocated', {
        data: { possible: view.possible },
      });
    const changed = isPause !== stops;
    const waits = view.mode === 'running' && command.how === 'after-stage';
    const mode = isPause ? (waits ? 'pausing' : 'paused') : 'running';
    if (changed) view = { ...view, mode, state: command.state ?? view.state };
    const { state, stage, sector, since } = view;
    const isPaused = view.mode === 'paused';
    const record = { ...emptyRecord('sealer', since), state, sector, isPaused };
    const hasStage = view.processor !== null;
    const facts = { index, record, stage, mode: view.mode, hasStage, changed };
    return { changed, view, message: isPause ? pauseText(facts) : resumeText(facts) };
  };
  return {
    index,
    location: first.location,
    failure: () => undefined,
    view: () => view,
    until: async () => view,
    within: () =>
      threadOver(async (verb, args) => {
        sent.push({ index, verb, args });
        return { allowed: true, to: args[0] };
      }),
    obey: async (command, options) => {
      sent.push({ index, verb: 'obey', args: [command, options] });
      return send(command);
    },
  };
}

/** A tree of nothing but its root. */
export const rootNode = node('worker', { type: 'supervisor', strategy: 'one_for_one', pid: 4711 });

const never = () => {
  throw new Error('not asked here');
};
const notAsked = {
  history: never,
  estimate: never,
  estimates: never,
  cordon: never,
  uncordon: never,
  drain: never,
  stop: never,
  setLimit: never,
  closeBreaker: never,
  adopt: never,
  reload: never,
  setEnv: never,
  removeEnv: never,
};

/** A worker that serves, without limits, but for `facts`. */
export function workerViewOf(facts: Partial<WorkerView> = {}): WorkerView {
  return {
    name: 'w1',
    version: '1.2.3',
    life: 'serving',
    cordon: null,
    drain: null,
    limits: [],
    breakers: [],
    stores: [],
    counts: summarize([]),
    ...facts,
  };
}

/**
 * The worker's doors over the real control and threads that only pretend: #0 idle, #1 paused, unless given.
 * `own` stands in for functions of the control.
 */
export function workerDoors(
  views: readonly ThreadView[] = [viewOf(), pausedView({ index: 1 })],
  own: Partial<WorkerControl> = {},
  { names = [], name = 'w1' }: { readonly names?: readonly string[]; readonly name?: string } = {},
) {
  const sent: Sent[] = [];
  const slots = views.map((view) => slotOf(view, sent));
  const counts = { lookUps: 0 };
  const { control, actor } = createWorkerControl({
    slots: () => {
      counts.lookUps += 1;
      return slots;
    },
    processes: {
      freeze: () => 'none',
      thaw: () => undefined,
      end: () => 'none',
      abandon: () => undefined,
    },
    record: emptyWorkerRecord,
    write: async () => undefined,
    apply: () => undefined,
    restart: async (index) => {
      sent.push({ index, verb: 'restart', args: [] });
      return views[index]?.mode === 'failed';
    },
  });
  actor.send({ type: 'WORKER.SERVE' });
  const events = eventHub({ boot: 'b1' });
  const worker = own.worker ?? (() => workerViewOf({ counts: summarize(control.threads()) }));
  const app = workerApp({
    id: 'worker-1',
    incarnation: '3f9a',
    link: {
      worker: 'worker-1',
      meant: () => null,
      answered: async () => undefined,
      check: () => undefined,
      usedNumbers: async () => [],
      used: async () => undefined,
    },
    manager: () => ({ id: null, other: null }),
    desk: { limits: () => worker().limits, breakers: () => worker().breakers },
    told: { held: () => [], answered: () => undefined },
    failedAllocations: () => [{ plan: 'unseal', code: 'bad_answer', count: 3 }],
    name,
    version: '1.2.3',
    control: { ...control, ...notAsked, worker, life: () => worker().life, ...own },
    events,
    summary: () => summarize(control.threads()),
    // The doors ask for nothing else of it.
    config: () => ({ names, worker: { host: '127.0.0.1' } }) as unknown as WorkerConfig,
    stopAsked: new Promise(() => undefined),
    tree: () => rootNode,
    ended: new Promise(() => undefined),
    stop: async () => actor.send({ type: 'WORKER.STOP' }),
  });
  return { app, sent, events, counts, stop: () => actor.send({ type: 'WORKER.STOP' }) };
}

/** Posts `body` (text as it is, all else as JSON) and reads the answer. */
export async function post(app: Hono, path: string, body: unknown, method = 'POST') {
  const response = await app.request(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answerOf(response);
}

export async function get(app: Hono, path: string) {
  return answerOf(await app.request(path));
}

async function answerOf(response: Response) {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  // Every answer here is JSON or empty.
  return { status: response.status, type, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

/** One JSON-RPC call's whole answer. */
export async function rpc(app: Hono, method: string, params?: unknown, path = '/') {
  const request = { jsonrpc: '2.0', id: 7, method, ...(params === undefined ? {} : { params }) };
  const { body } = await post(app, path, request);
  return body as {
    readonly jsonrpc: string;
    readonly id: unknown;
    readonly result?: unknown;
    readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  };
}

/** What a refusal looks like in problem+json. */
export function problemOf(status: number, code: string, detail: unknown) {
  return {
    status,
    type: 'application/problem+json',
    body: {
      type: 'about:blank',
      title: code.replaceAll('_', ' '),
      status,
      code,
      detail,
    },
  };
}
