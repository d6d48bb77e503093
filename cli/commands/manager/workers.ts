/** `util worker …`: through the manager for a name it knows; an address it does not know is dialled itself. */
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
import { askManager, type ToManager } from './ask.js';

export interface Options extends ToManager {
  readonly json?: boolean;
  readonly wide?: boolean;
  readonly watch?: boolean;
  readonly reason?: string;
}

export interface ReachedWorker extends Pick<WorkerClient, 'threads' | 'thread' | 'command' | 'tree'> {
  /** Empty for a worker that tells none: an upstream or older one. */
  estimates(): Promise<readonly ThreadEstimate[]>;
}

const estimatesOf = (asked: Promise<unknown>) =>
  // Typed by the same program on the other side.
  (asked as Promise<readonly ThreadEstimate[]>).catch((thrown: unknown) => {
    if (thrown instanceof SealvisorError) return [];
    throw thrown;
  });

/** The worker by that name, through the manager; an address it does not know is dialled itself. */
export async function workerOf(name: string, options: ToManager): Promise<ReachedWorker> {
  const routes = workerRoute(name);
  try {
    await askManager<WorkerEntry>(options, 'GET', routes);
  } catch (thrown) {
    const isUnknown = thrown instanceof SealvisorError && thrown.code === 'worker_not_found';
    const isAway = thrown instanceof SealvisorError && thrown.code === 'unreachable';
    if (!(isUnknown || isAway) || !(await isAddress(name))) throw thrown;
    const client = workerClient(name, `http://${formatAddress(parseAddress(name, workerPort))}`, wallClock);
    const estimates = () => estimatesOf(client.pass({ method: 'GET', path: '/estimates' }));
    return { ...client, estimates };
  }
  return workerAt(name, options);
}

/** A worker that the manager knows. */
export function workerAt(name: string, options: ToManager): ReachedWorker {
  const routes = workerRoute(name);
  return {
    threads: () => askManager<ThreadView[]>(options, 'GET', `${routes}/threads`),
    thread: (index) => askManager<ThreadView>(options, 'GET', `${routes}/threads/${index}`),
    command: (index, verb, request) =>
      askManager<ControlReply>(options, 'POST', `${routes}/threads/${index}/${verb}`, request),
    tree: () => askManager<unknown>(options, 'GET', `${routes}/tree`),
    estimates: () => estimatesOf(askManager(options, 'GET', `${routes}/estimates`)),
  };
}

/** No URL can hold a name of dots alone: a last part of its own keeps it whole. */
export const workerRoute = (name: string) =>
  `/workers/${encodeURIComponent(/^\.+$/.test(name) ? `${name}@` : name)}`;

/** A word without a dot or a port may be a worker's name as well as a host's: it is a host when it resolves. */
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

/** What is to be done with one that takes no job here. */
function awaitsText({ name, label = name, sectorsOf }: WorkerEntry): readonly string[] {
  if (sectorsOf === undefined) return [];
  return [
    `warning: worker ${label} waits for adoption: its sectors are of manager ${sectorsOf}, and it takes no job here until \`venus-worker worker adopt\` there`,
  ];
}

export async function info(name: string, options: Options): Promise<void> {
  const worker = await workerOf(name, options);
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

/** With `wait` until the thread is paused; an upstream worker would record a second pause, so it is asked once. */
export async function pause(name: string, index: string, options: PauseOptions): Promise<void> {
  const how = options.freeze ? 'freeze' : options.now ? 'now' : 'after-stage';
  const { json = false } = options;
  const timeoutMs = waitOf(options);
  const thread = threadOf(index);
  const worker = await workerOf(name, options);
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

export function asked(request: ThreadRequest, { reason }: Options): ThreadRequest {
  return { ...request, reason, by: operator() };
}

export async function remove(name: string, options: Options): Promise<void> {
  await askManager<unknown>(options, 'DELETE', workerRoute(name));
  if (options.json) answerJson({ removed: name });
  else tell(`worker ${name} is removed until it reports again`);
}
