/** `util worker …`: through the manager for a name it knows; an address it does not know is dialled itself. */
import { formatAddress, parseAddress, workerPort } from '../../src/config/endpoint.js';
import { managerUrl as parseManagerUrl } from '../../src/config/manager-url.js';
import type { ThreadRequest } from '../../src/fleet/field-worker.js';
import { type WorkerClient, workerClient } from '../../src/fleet/worker-client.js';
import { wallClock } from '../../src/protocol/clock.js';
import { parseDuration } from '../../src/protocol/duration.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import type { ControlReply, ThreadView, WorkerEntry } from '../../src/protocol/thread.js';
import { infoTable, wideInfoTable, workerTable } from '../output/field-text.js';
import { answer, answerControl, answerJson, tell } from '../output/say.js';
import { watch } from '../output/watch.js';
import { askAt, checkIndex, operator } from './worker-ask.js';

interface Options {
  readonly manager?: string;
  readonly json?: boolean;
  readonly wide?: boolean;
  readonly watch?: boolean;
  readonly now?: boolean;
  readonly reason?: string;
}

const managerUrl = (options: Pick<Options, 'manager'>) =>
  parseManagerUrl(options.manager ?? (process.env.SEALVISOR_MANAGER || 'http://127.0.0.1:1789'));

/** The worker by that name, through the manager; an address it does not know is dialled itself. */
export async function workerOf(
  name: string,
  options: Pick<Options, 'manager'>,
): Promise<Pick<WorkerClient, 'threads' | 'command' | 'tree'>> {
  const routes = `${managerUrl(options)}/api/v1/workers/${encodeURIComponent(name)}`;
  try {
    await askAt<WorkerEntry>(routes, 'GET', '');
  } catch (thrown) {
    const isUnknown = thrown instanceof SealvisorError && thrown.code === 'worker_not_found';
    const isAway = thrown instanceof SealvisorError && thrown.code === 'unreachable';
    if (!(isUnknown || isAway) || !(await isAddress(name))) throw thrown;
    return workerClient(name, `http://${formatAddress(parseAddress(name, workerPort))}`, wallClock);
  }
  return {
    threads: () => askAt<ThreadView[]>(routes, 'GET', '/threads'),
    command: (index, verb, request) =>
      askAt<ControlReply>(routes, 'POST', `/threads/${index}/${verb}`, request),
    tree: () => askAt<unknown>(routes, 'GET', '/tree'),
  };
}

/** A word without a dot or a port may be a worker's name as well as a host's: it is a host when it resolves. */
async function isAddress(name: string): Promise<boolean> {
  if (/[.:]/.test(name)) return true;
  const { lookup } = await import('node:dns/promises');
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
    const workers = await askAt<WorkerEntry[]>(managerUrl(options), 'GET', '/api/v1/workers');
    if (options.json) answerJson(workers);
    else answer(workerTable(workers, Date.now(), expirationMs, options.wide === true));
  });
}

export async function info(name: string, options: Options): Promise<void> {
  const worker = await workerOf(name, options);
  await watch(options.watch === true, async () => {
    const views = await worker.threads();
    if (options.json) answerJson(views);
    else answer((options.wide ? wideInfoTable : infoTable)(views, Date.now()));
  });
}

export async function pause(name: string, index: string, options: Options): Promise<void> {
  await command(name, index, 'pause', { how: options.now ? 'now' : 'after-stage' }, options);
}

export async function resume(
  name: string,
  index: string,
  state: string | undefined,
  options: Options,
): Promise<void> {
  await command(name, index, 'resume', { state }, options);
}

async function command(
  name: string,
  index: string,
  verb: 'pause' | 'resume',
  body: ThreadRequest,
  options: Options,
): Promise<void> {
  const thread = checkIndex(/^\d+$/.test(index) ? Number(index) : Number.NaN);
  const worker = await workerOf(name, options);
  const request = { ...body, reason: options.reason, by: operator() };
  answerControl(await worker.command(thread, verb, request), options.json === true);
}

export async function remove(name: string, options: Options): Promise<void> {
  await askAt<unknown>(managerUrl(options), 'DELETE', `/api/v1/workers/${encodeURIComponent(name)}`);
  if (options.json) answerJson({ removed: name });
  else tell(`worker ${name} is forgotten until it reports again`);
}
