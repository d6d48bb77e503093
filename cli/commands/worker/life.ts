/** `worker info | cordon | uncordon | drain | stop`. */
import { workerEvents } from '../../../src/fleet/event-client.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import { parseDuration } from '../../../src/protocol/text/duration.js';
import type { WorkerNews, WorkerReply, WorkerView } from '../../../src/protocol/worker.js';
import type { Snapshot } from '../../../src/worker/event-hub.js';
import { answer, answerControl, answerJson, exitCodes, tell } from '../../output/say.js';
import { drainLine, frozenLine, workerText } from '../../output/worker-text.js';
import { askYes, canAsk } from '../ask-yes.js';
import { ask, askAt, baseOf, operator, type Where } from './ask.js';

export interface Asking extends Where {
  readonly reason?: string;
}

const worker = '/api/v1/worker';
const who = ({ reason }: Asking) => ({ reason, by: operator() });

export async function info(options: Where): Promise<void> {
  const view = await ask<WorkerView>(options, 'GET', worker);
  if (options.json) answerJson(view);
  else answer(workerText(view, Date.now()));
}

export const cordon = (options: Asking) => wish('cordon', options);
export const uncordon = (options: Asking) => wish('uncordon', options);

async function wish(verb: 'cordon' | 'uncordon', options: Asking): Promise<void> {
  const reply = await ask<WorkerReply>(options, 'POST', `${worker}/${verb}`, who(options));
  answerControl(reply, options.json === true);
}

export interface DrainOptions extends Asking {
  readonly toFinish?: boolean;
  readonly deadline?: string;
  readonly wait?: boolean;
}

/** Drains the worker; with `wait` prints a line for each change until all threads are done. Ctrl-C does not lift the drain. */
export async function drain(options: DrainOptions): Promise<void> {
  const deadlineMs = options.deadline === undefined ? undefined : parseDuration(options.deadline);
  const body = { toFinish: options.toFinish, deadlineMs, ...who(options) };
  const base = await baseOf(options);
  const reply = await askAt<WorkerReply>(base, 'POST', `${worker}/drain`, body);
  if (!options.wait) return answerControl(reply, options.json === true);
  if (!options.json) tell(reply.message);
  const onInterrupt = () => {
    tell('the drain stays on; `venus-worker worker uncordon` lifts it');
    process.exit(130);
  };
  process.on('SIGINT', onInterrupt);
  try {
    answerControl({ ...(await drained(base)), ...outcome(reply) }, options.json === true);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

const outcome = ({ changed }: WorkerReply) => ({ changed, message: 'the worker is drained' });

/** Waits for the end of the drain and returns the worker. @throws invalid_request when someone lifts it */
async function drained(base: string): Promise<WorkerView> {
  let told = '';
  const onLost = (fault: Error) =>
    tell(`warning: ${fault.message}; the worker is asked again until it answers`);
  const url = `${base}/api/v1/events?types=thread,worker`;
  for await (const event of workerEvents<WorkerNews | Snapshot>({ url, onLost })) {
    const view = await viewIn(event, base);
    if (view.drain === null)
      throw new SealvisorError(
        'revision_conflict',
        `the drain of ${view.name} was lifted: it is ${view.life}`,
      );
    const line = drainLine(view.drain);
    if (line !== told) tell(line);
    told = line;
    if (view.drain.done >= view.drain.of) return view;
  }
  throw new SealvisorError('unreachable', 'the worker no longer answers');
}

/** A thread's event does not include the drain, so the worker is requested. */
async function viewIn(event: WorkerNews | Snapshot, base: string): Promise<WorkerView> {
  if (event.type === 'reset') return event.worker;
  return event.type === 'worker' ? event.view : askAt<WorkerView>(base, 'GET', worker);
}

export async function stop(options: Asking & { grace?: string; yes?: boolean }): Promise<void> {
  const graceMs = options.grace === undefined ? null : parseDuration(options.grace);
  const base = await baseOf(options);
  if (!options.yes && !(await isMeant(base))) {
    tell('nothing was stopped');
    process.exitCode = exitCodes.unchanged;
    return;
  }
  const reply = await askAt<WorkerReply>(base, 'POST', `${worker}/stop`, { graceMs, ...who(options) });
  answerControl(reply, options.json === true);
}

/** Asks for confirmation; a script needs none unless work would be lost. @throws usage */
async function isMeant(base: string): Promise<boolean> {
  const { name, counts, frozen = [] } = await askAt<WorkerView>(base, 'GET', worker);
  const lost = frozen.length > 0 ? `${frozenLine(frozen)}: started over when it is back. ` : '';
  if (!canAsk()) {
    if (lost === '') return true;
    throw new SealvisorError('usage', `${lost}Resume first, or stop with --yes`);
  }
  return askYes(`${lost}Stop worker ${name} with ${counts.threads} threads?`);
}
