/** `util worker …`: through the manager for a name that it knows; an unknown address is called directly. */
import { randomUUID } from 'node:crypto';
import { formatAddress, parseAddress, workerPort } from '../../../src/config/endpoint.js';
import type { ThreadRequest } from '../../../src/fleet/upstream-worker.js';
import { type WorkerClient, workerClient } from '../../../src/fleet/worker-client.js';
import { wallClock } from '../../../src/protocol/clock.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import { parseDuration } from '../../../src/protocol/text/duration.js';
import type { ControlReply, ThreadEstimate, ThreadView } from '../../../src/protocol/thread.js';
import type { WorkerEntry } from '../../../src/protocol/worker-entry.js';
import { answerControl, answerJson, tell } from '../../output/say.js';
import { infoTable, narrowTable, wideInfoTable, workerTable } from '../../output/upstream-text.js';
import { watch } from '../../output/watch.js';
import { pauseAndWait, type WaitOptions, waitOf } from '../pause-wait.js';
import { checkIndex, operator } from '../worker/ask.js';
import { askManager, isManagerAway, type ToManager } from './ask.js';

export interface Options extends ToManager {
  readonly json?: boolean;
  readonly wide?: boolean;
  readonly watch?: boolean;
  readonly reason?: string;
}

export interface ReachedWorker extends Pick<WorkerClient, 'threads' | 'thread' | 'command' | 'tree'> {
  /** Empty for a worker that has none: an upstream or older one. */
  estimates(): Promise<readonly ThreadEstimate[]>;
}

/** A way to reach a worker: through the manager or directly. */
interface Way extends Omit<ReachedWorker, 'estimates'> {
  estimates(): Promise<unknown>;
}

/**
 * The worker by that name, first through the manager. If the manager does not know it or cannot be reached, and the name
 * is an address, the worker is called directly, now and later.
 */
export function workerOf(name: string, options: ToManager): ReachedWorker {
  let way = throughManager(name, options);
  const asked = async <T>(ask: (way: Way) => Promise<T>): Promise<T> => {
    const first = way;
    try {
      return await ask(first);
    } catch (thrown) {
      if (!(thrown instanceof SealvisorError)) throw thrown;
      const isElsewhere = thrown.code === 'worker_not_found' || isManagerAway(thrown);
      if (!isElsewhere || !(await isAddress(name))) throw thrown;
      // A parallel call may have changed it already.
      if (way === first) way = dialled(name);
      return ask(way);
    }
  };
  return {
    threads: () => asked((each) => each.threads()),
    thread: (index) => asked((each) => each.thread(index)),
    command: (index, verb, request) => asked((each) => each.command(index, verb, request)),
    tree: () => asked((each) => each.tree()),
    estimates: () => estimatesOf(asked((each) => each.estimates())),
  };
}

/** A worker that the manager knows. */
export function workerAt(name: string, options: ToManager): ReachedWorker {
  const way = throughManager(name, options);
  return { ...way, estimates: () => estimatesOf(way.estimates()) };
}

function throughManager(name: string, options: ToManager): Way {
  const routes = workerRoute(name);
  return {
    threads: () => askManager<ThreadView[]>(options, 'GET', `${routes}/threads`),
    thread: (index) => askManager<ThreadView>(options, 'GET', `${routes}/threads/${index}`),
    command: (index, verb, request) =>
      askManager<ControlReply>(options, 'POST', `${routes}/threads/${index}/${verb}`, request),
    tree: () => askManager<unknown>(options, 'GET', `${routes}/tree`),
    estimates: () => askManager(options, 'GET', `${routes}/estimates`),
  };
}

function dialled(name: string): Way {
  const client = workerClient(name, `http://${formatAddress(parseAddress(name, workerPort))}`, wallClock);
  return { ...client, estimates: () => client.pass({ method: 'GET', path: '/estimates' }) };
}

const estimatesOf = (asked: Promise<unknown>) =>
  // It has our types: the same program wrote it.
  (asked as Promise<readonly ThreadEstimate[]>).catch((thrown: unknown) => {
    if (thrown instanceof SealvisorError) return [];
    throw thrown;
  });

/** URLs drop a path part that consists only of dots: a trailing `@` keeps it. */
export const workerRoute = (name: string) =>
  `/workers/${encodeURIComponent(/^\.+$/.test(name) ? `${name}@` : name)}`;

/** A word without a dot or port may be a worker's or a host's name: it counts as a host if it resolves. */
async function isAddress(name: string): Promise<boolean> {
  if (/[.:]/.test(name)) return true;
  const { lookup } = process.getBuiltinModule('node:dns/promises');
  return (
    /^[\w-]+$/.test(name) &&
    lookup(name).then(
      () => true,
      () => false,
    )
  );
}

export async function list(options: Options & { expiration: string }): Promise<void> {
  const expirationMs = parseDuration(options.expiration);
  await watch(options.watch === true, async () => {
    const workers = await askManager<WorkerEntry[]>(options, 'GET', '/workers');
    const doubled = new Set(workers.filter(({ label }) => label).map((each) => each.name));
    const notes = [...doubled].map(
      (name) => `warning: several workers report as ${name}: give each its own [worker] name`,
    );
    notes.push(...workers.flatMap(awaitsText));
    if (!options.json)
      return { text: workerTable(workers, Date.now(), expirationMs, options.wide === true), notes };
    answerJson(workers);
    for (const note of notes) tell(note);
    return null;
  });
}

/** What to do about a worker that waits for adoption and takes no job here. */
function awaitsText({ name, label = name, sectorsOf }: WorkerEntry): readonly string[] {
  if (sectorsOf === undefined) return [];
  return [
    `warning: worker ${label} waits for adoption: its sectors are of manager ${sectorsOf}, and it takes no job here until \`venus-worker worker adopt\` there`,
  ];
}

export async function info(name: string, options: Options): Promise<void> {
  const worker = workerOf(name, options);
  await watch(options.watch === true, async () => {
    const isWide = options.wide === true && !options.json;
    const [views, estimates] = await Promise.all([
      worker.threads(),
      isWide || options.watch ? worker.estimates() : [],
    ]);
    const now = Date.now();
    if (!options.json) {
      const text = isWide ? wideInfoTable(views, now, estimates) : infoTable(views, now);
      return { text, narrow: narrowTable(views, estimates) };
    }
    answerJson(views);
    return null;
  });
}

export interface PauseOptions extends Options, WaitOptions {
  readonly now?: boolean;
  readonly freeze?: boolean;
}

/** Pauses a thread; with `wait` waits until it is paused. An upstream worker would record a second pause, so it gets only one. */
export async function pause(name: string, index: string, options: PauseOptions): Promise<void> {
  const how = options.freeze ? 'freeze' : options.now ? 'now' : 'after-stage';
  const { json = false } = options;
  const timeoutMs = waitOf(options);
  const thread = threadOf(index);
  const worker = workerOf(name, options);
  const send = (waitMs?: number) =>
    worker.command(thread, 'pause', asked({ how, ...(waitMs === undefined ? {} : { waitMs }) }, options));
  if (timeoutMs === undefined) return answerControl(await send(), json);
  await pauseAndWait({
    index: thread,
    json,
    timeoutMs,
    first: send,
    next: async (_, first) => {
      const view = await worker.thread(thread);
      const message = `thread #${thread} is ${view.mode} at ${view.state}`;
      return { ...view, changed: first.changed, message };
    },
  });
}

export const threadOf = (index: string) => checkIndex(/^\d+$/.test(index) ? Number(index) : Number.NaN);

/** Adds an id of its own: a repeated request is the same command. */
export function asked(request: ThreadRequest, { reason }: Options): ThreadRequest {
  return { ...request, reason, by: operator(), id: randomUUID() };
}

export async function remove(name: string, options: Options): Promise<void> {
  await askManager<unknown>(options, 'DELETE', workerRoute(name));
  if (options.json) answerJson({ removed: name });
  else tell(`worker ${name} is removed until it reports again`);
}
