/** Why a thread is not working, in one sentence, and what an operator can do about it. Pure. */

import { workText } from '../sector-progress.js';
import {
  type Estimate,
  type ThreadDisk,
  type ThreadMode,
  type ThreadView,
  type WaitingFor,
  workedMs,
} from '../thread.js';
import { errorText } from '../upstream-thread.js';
import type { BreakerView, WorkerView } from '../worker.js';
import { adoptionText } from './adoption.js';
import { humanDuration, sinceText, untilText, wishText } from './ages.js';
import { oneLine } from './escaped.js';

/** What the sentence needs to know about the worker; limits make it more precise. */
export type WorkerFacts = Pick<WorkerView, 'life' | 'cordon' | 'drain' | 'breakers'> &
  Partial<Pick<WorkerView, 'limits' | 'manager'>>;

/** `worker` null = not known; `stage`: its estimate, if known. */
export function whyNotWorking(
  view: ThreadView,
  worker: WorkerFacts | null,
  nowMs: number,
  stage?: Estimate['stage'],
): string {
  return oneLine(`thread #${view.index} ${reasonOf(view, worker, nowMs, stage)}${refusedText(view, nowMs)}`);
}

function reasonOf(
  view: ThreadView,
  worker: WorkerFacts | null,
  nowMs: number,
  stage: Estimate['stage'] | undefined,
): string {
  const since = sinceText(view.since, nowMs);
  if (view.disk && !standing.includes(view.mode)) return diskText(view, view.disk, nowMs);
  switch (view.mode) {
    case 'running':
      return `is working: ${stageText(view)} ${workedText(view, nowMs) ?? since}${behind(workText(view, stage))}`;
    case 'pausing':
      return `${pausingText(view, stage)}${askedText(view, nowMs)}`;
    case 'paused':
      return `${pausedText(view, nowMs)}${deadDiskText(view, nowMs)}${lifeText(worker, nowMs)}`;
    case 'waiting':
      return waitingText(view, worker, nowMs);
    case 'retrying':
      if (view.outage) return outageText(view, view.outage, nowMs);
      return `tries ${view.stage} again ${nextText(view, nowMs) || 'now'}${triesText(view)} after: ${errorText(view) ?? 'a failure that may pass'}`;
    case 'resting':
      return `rests between two sectors ${since}: seal_interval${lifeText(worker, nowMs)}`;
    case 'restarting':
      return `is being started again from its record ${since}${afterError(view)}`;
    case 'failed':
      return `failed too often and is left alone ${since}${afterError(view)}; \`${command(view, 'restart')}\` starts it again`;
    case 'idle':
      return idleText(view, worker, nowMs);
  }
}

/** A refused report: the manager shows another state of the sector until it accepts one. */
function refusedText({ reportRefused, sector }: ThreadView, nowMs: number): string {
  if (!reportRefused) return '';
  const { state, message, at } = reportRefused;
  return `; the manager refuses ${sinceText(at, nowMs)} the report that ${sector?.id ?? 'its sector'} is ${state}: ${message}`;
}

/** Modes in which a thread waits for a person or its supervisor, even if its disk answers. */
const standing: readonly ThreadMode[] = ['paused', 'failed', 'restarting'];

function diskText(view: ThreadView, { path, since }: ThreadDisk, nowMs: number): string {
  const asked = view.mode === 'pausing' ? askedText(view, nowMs) : '';
  return `waits for its disk: ${path} has not answered ${sinceText(since, nowMs)} (${view.mode}: ${stageText(view)}); check the disk, the thread resumes by itself when it answers${asked}`;
}

const deadDiskText = ({ disk }: ThreadView, nowMs: number) =>
  disk ? `; its disk ${disk.path} has not answered ${sinceText(disk.since, nowMs)}` : '';

/** The command line that acts on this thread. */
function command({ index }: ThreadView, verb: string): string {
  return `venus-worker worker ${verb} --index ${index}`;
}

const stageText = ({ stage, sector, state }: ThreadView) =>
  `${stage === '-' ? state : stage}${sector ? ` of ${sector.id}` : ''}`;

/** How long the stage has been worked on, which can be shorter than the time in its state. */
function workedText(view: ThreadView, nowMs: number): string | undefined {
  if (view.worked === undefined) return undefined;
  return `for ${humanDuration(workedMs(view, nowMs))}`;
}

function outageText(view: ThreadView, { since, nextAt }: NonNullable<ThreadView['outage']>, nowMs: number) {
  const next = nextAt ? untilText(nextAt, nowMs) : 'now';
  return `waits before ${view.stage} until the other side can be reached, ${sinceText(since, nowMs)}: ${errorText(view) ?? 'no answer'}; it tries again ${next}, this counts as no failed try, and it continues by itself when there is an answer`;
}

const behind = (text: string) => (text === '' ? '' : `, ${text}`);

const afterError = (view: ThreadView) => {
  const error = errorText(view);
  return error === null ? '' : ` after: ${error}`;
};

function pausingText(view: ThreadView, left: Estimate['stage'] | undefined): string {
  const { intent, stage } = view;
  if (intent?.how === 'now') return `is pausing: ${stage} is being aborted`;
  if (intent?.how === 'freeze') return `is pausing: the process of ${stage} is being stopped where it stands`;
  return `is pausing: the pause takes effect when ${stage} is done${behind(workText(view, left))}`;
}

function askedText({ intent }: ThreadView, nowMs: number): string {
  return intent ? `; requested by ${wishText(intent, nowMs)}` : '';
}

function pausedText(view: ThreadView, nowMs: number): string {
  const { intent, lastError, state } = view;
  const goesOn = `\`${command(view, 'resume')}\` continues at ${state}`;
  if (intent) {
    // If its process has died, nothing is frozen any more and the stage starts over.
    const how = intent.how === 'freeze' && view.processor !== null ? 'frozen' : 'paused';
    const reason = intent.reason ? `: ${intent.reason}` : '';
    return `is ${how} by ${intent.by} ${sinceText(view.since, nowMs)}${reason}${lastError ? `; its last error: ${errorText(view)}` : ''}; ${goesOn}`;
  }
  if (!lastError) return `is paused ${sinceText(view.since, nowMs)}; ${goesOn}`;
  const what = lastError.stage === '-' ? '' : `${lastError.stage} failed: `;
  return `is paused ${sinceText(view.since, nowMs)}: ${what}${errorText(view)}; once that is fixed, ${goesOn}`;
}

function waitingText(view: ThreadView, worker: WorkerFacts | null, nowMs: number): string {
  const { waitingFor, stage } = view;
  if (!waitingFor) return `waits ${sinceText(view.since, nowMs)} before ${stage}`;
  const { limit, reason } = waitingFor;
  if (limit === 'cordon') return cordonText(worker, reason, nowMs);
  if (limit === 'space') return spaceText(waitingFor, stage, nowMs);
  const broken = /^breaker (.*)$/.exec(limit)?.[1];
  if (broken !== undefined) return breakerText(view, broken, worker, nowMs);
  const most = worker?.limits?.find(({ name }) => name === limit)?.limit;
  return `waits for ${limit}: ${lineText(waitingFor, nowMs, most)}`;
}

/** The reason states how much is free, how much is needed, and where. */
function spaceText({ reason, holders, nextAt }: WaitingFor, stage: string, nowMs: number): string {
  const facts = [
    `waits for space before ${stage}: ${reason ?? 'its disk has too little'}`,
    holders.length > 0 ? `${threadsText(holders)} may still write there` : '',
    nextAt === undefined ? '' : `the disk is looked at again ${untilText(nextAt, nowMs)}`,
    'it continues by itself when there is room',
  ];
  return facts.filter((fact) => fact !== '').join('; ');
}

/** A position in a queue, as `2nd in the queue, held by #0 and #1 (limit 2)`. */
export function lineText(
  { limit, place, holders, reason, nextAt }: WaitingFor,
  nowMs: number,
  most?: number | null,
): string {
  const facts = [
    `${ordinal(place)} in the queue`,
    holders.length > 0 ? `held by ${threadsText(holders)}${most ? ` (limit ${most})` : ''}` : '',
    nextAt === undefined
      ? ''
      : `${limit === 'space' ? 'looked at again' : 'its next start may be'} ${untilText(nextAt, nowMs)}`,
    reason ?? '',
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}

function breakerText(
  { waitingFor, lastError }: ThreadView,
  stage: string,
  worker: WorkerFacts | null,
  nowMs: number,
): string {
  const breaker = worker?.breakers.find((each) => each.stage.toLowerCase() === stage.toLowerCase());
  const name = breaker?.stage ?? stage;
  const cause = breaker ? `${breaker.level}: ${breaker.message}` : (waitingFor?.reason ?? lastError?.message);
  const nextAt = breaker?.nextProbeAt ?? waitingFor?.nextAt;
  const open = breaker
    ? `: it failed the same way on ${threadsText(breaker.failed)} ${sinceText(breaker.since, nowMs)}`
    : '';
  return `waits because the breaker of ${name} is open${open}${cause ? `: ${cause}` : ''}; ${probeText(breaker, nextAt, nowMs)}, or \`venus-worker worker breaker ${name} --close\` lets it continue`;
}

function probeText(
  breaker: BreakerView | undefined,
  nextAt: string | null | undefined,
  nowMs: number,
): string {
  if (breaker && breaker.probe !== null) return `thread #${breaker.probe} tries it now`;
  return nextAt ? `one thread tries it ${untilText(nextAt, nowMs)}` : 'one thread tries it next';
}

function cordonText(worker: WorkerFacts | null, reason: string | undefined, nowMs: number): string {
  const wish = worker?.drain ?? worker?.cordon;
  const what = worker?.drain ? 'is being drained' : 'is cordoned';
  const told = wish ? ` by ${wishText(wish, nowMs)}` : reason ? `: ${reason}` : '';
  return `takes no new sector: the worker ${what}${told}; \`venus-worker worker uncordon\` lifts it`;
}

function idleText(view: ThreadView, worker: WorkerFacts | null, nowMs: number): string {
  if (view.incarnation === 0) return 'has not shown itself yet: it is being started';
  if (worker?.manager?.other) return `takes no job: ${view.lastError?.message ?? 'another manager answers'}`;
  if (worker?.drain || worker?.cordon) return cordonText(worker, undefined, nowMs);
  const next = nextText(view, nowMs);
  const asks = next === '' ? 'it asks again after recover_interval' : `it asks again ${next}`;
  const why = view.idle === undefined ? '' : `: ${view.idle}`;
  // A thread that holds a sector waits for what its next stage needs.
  const what = view.sector ? `waits with ${view.sector.id} before ${view.stage}` : 'has no job';
  return `${what} ${sinceText(view.since, nowMs)}${why}${why === '' ? ':' : ';'} ${asks}${afterError(view)}${lifeText(worker, nowMs)}`;
}

function nextText({ tries, waitingFor }: ThreadView, nowMs: number): string {
  const at = tries?.nextAt ?? waitingFor?.nextAt;
  return at ? untilText(at, nowMs) : '';
}

const triesText = ({ tries }: ThreadView) => (tries ? ` (try ${tries.n} of ${tries.of})` : '');

/** What the worker's own life state adds; empty while it serves. */
function lifeText(worker: WorkerFacts | null, nowMs: number): string {
  const waits = adoptionText(worker?.manager, nowMs);
  if (waits !== null) return `; the worker ${waits}`;
  if (!worker || worker.life === 'serving') return '';
  if (worker.drain)
    return `; the worker is being drained by ${wishText(worker.drain, nowMs)}, \`venus-worker worker uncordon\` lifts that`;
  if (worker.cordon) return `; the worker is cordoned by ${wishText(worker.cordon, nowMs)}`;
  return `; the worker is ${worker.life}`;
}

function threadsText(indexes: readonly number[]): string {
  const names = indexes.map((index) => `#${index}`);
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function ordinal(n: number): string {
  const tens = n % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}
