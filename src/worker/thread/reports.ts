/**
 * What the manager is told of the current sector: each change once. What it wants of the sector it says with its answer, that the sector is lost,
 * it may be; later a manager of ours asks by the worker's heartbeat for a report to hear it, of any other the state is reported again.
 */
import { endStates } from '../../../machines/index.js';
import type { Clock } from '../../actors/index.js';
import { systemClock } from '../../actors/system-clock.js';
import { messageOf } from '../../protocol/errors.js';
import type { GivenBy } from '../../protocol/identity.js';
import type { StateReport, Verdict } from '../../protocol/sealer.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { isNamedRefusal, isNeverAccepted } from '../border/report-refusal.js';

export interface SectorReport {
  readonly id: SectorId;
  readonly body: StateReport;
  /** Under what the sector was given. */
  readonly given?: GivenBy | null | undefined;
}

export interface SectorReportsOptions {
  readonly send: (id: SectorId, body: StateReport, given?: GivenBy | null) => Promise<Verdict>;
  /** Told once per sector that the manager gave it up, or holds it for done while the thread does not. */
  readonly onVerdict: (sector: SectorId, verdict: Verdict) => void;
  /** How often a manager that does not ask by the heartbeat is asked, by the accepted report of a sector that is held, what it wants of it, ms. */
  readonly everyMs: () => number;
  /** Told of a report that the manager does not accept. @default nothing */
  readonly onRefused?: (line: string) => void;
  /** The same, with what it was refused with; true = it is dealt with. @default false */
  readonly onRefusal?: (sector: SectorId, error: unknown) => boolean;
  /** @default the timers of this process */
  readonly clock?: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
}

export interface SectorReports {
  /** Sends it when those before it have been heard. */
  tell(report: SectorReport): void;
  /** Another manager may answer now: what was not heard is sent at once, else the latest once more. */
  again(): void;
  /** The manager asks for the latest once more, if it is of that sector: its answer says something that was not heard yet. */
  asked(id: SectorId): void;
  /** What was not heard is dropped. Safe twice. */
  stop(): void;
}

const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** A manager that refuses to be asked is asked at last so seldom, ms. */
const longestPollMs = 3_600_000;
const mostWaiting = 100;

/** Reports go out one at a time, in the order they were told; what was not heard is said again before what comes next. */
export function sectorReports(options: SectorReportsOptions): SectorReports {
  const { send, onVerdict, everyMs, onRefused = () => undefined, clock = systemClock } = options;
  const { onRefusal = () => false } = options;
  const waiting: SectorReport[] = [];
  let latest: SectorReport | undefined;
  let isSending = false;
  /** The latest is wanted once more, and one is on its way: its answer may be of before. */
  let isWantedAgain = false;
  let isStopped = false;
  let isJudged = false;
  let failures = 0;
  /** The manager has accepted it: sent again, it only asks what is wanted. */
  let accepted: SectorReport | undefined;
  /** How often it refused that in a row. */
  let refusedPolls = 0;
  /** The refusal that was told last: the same is not told again and again. */
  let warned: string | undefined;

  const { wait, stopWaiting } = oneTimer(clock);
  /** Behind the end states the thread lets its sector go: nothing is left to be said. */
  const isHeld = () => latest !== undefined && !endStates.includes(latest.body.StateChange.Next);
  const sayAgain = () => {
    if (!isHeld() || latest === undefined) return;
    waiting.push(latest);
    next();
  };
  const judge = ({ id }: SectorReport, verdict: Verdict) => {
    if (isStopped || isJudged || latest === undefined || !isSame(latest.id, id)) return;
    // By what the thread said last: the answer may be to an older word.
    if (!saysMore(verdict, latest.body.StateChange.Next)) return;
    isJudged = true;
    onVerdict(id, verdict);
  };
  /** `pollMs`: when to ask again what is wanted; undefined = not by itself. */
  const heard = (pollMs: number | undefined) => {
    failures = 0;
    if (waiting.length === 0 && isWantedAgain) sayAgain();
    else if (waiting.length > 0) next();
    else if (pollMs !== undefined && isHeld()) wait(pollMs, sayAgain);
  };
  const next = () => {
    const report = isSending || isStopped ? undefined : waiting.shift();
    if (report) void say(report);
  };
  const say = async (report: SectorReport) => {
    isSending = true;
    isWantedAgain = false;
    stopWaiting();
    const end = await endOf(send(report.id, report.body, report.given));
    isSending = false;
    if (isStopped) return;
    // One that the manager refuses blocks none behind it.
    if ('error' in end && isNeverAccepted(end.error)) refused(report, end.error);
    else if ('error' in end) unheard(report);
    else {
      accepted = report;
      refusedPolls = 0;
      heard(end.verdict.byHeartbeat ? undefined : everyMs());
      judge(report, end.verdict);
    }
  };
  /** Without its long text it may be accepted; with it never. */
  const refused = (report: SectorReport, error: unknown) => {
    // What was refused as it is would be refused again; what was accepted only asks. Managers of ours name the cause.
    const asks = report === accepted && !isNamedRefusal(error);
    const pollMs = asks ? Math.min(everyMs() * 2 ** ++refusedPolls, longestPollMs) : undefined;
    if (onRefusal(report.id, error)) return heard(pollMs);
    const short = shortened(report);
    const state = report.body.StateChange.Next;
    const what = short ? 'it is sent without its long text' : 'it is dropped';
    const line = `the manager refuses the report that ${formatSectorId(report.id)} is ${state}: ${messageOf(error)}; ${what}`;
    if (line !== warned) onRefused(line);
    warned = line;
    if (short) waiting.unshift(short);
    if (short && latest === report) latest = short;
    heard(pollMs);
  };
  const unheard = (report: SectorReport) => {
    waiting.unshift(report);
    forgetOldest();
    wait(Math.min(firstRetryMs * 2 ** failures, longestRetryMs), next);
    failures += 1;
  };
  const forgetOldest = () => {
    waiting.splice(0, waiting.length - mostWaiting);
  };

  return {
    tell: (report) => {
      if (isStopped) return;
      if (latest === undefined || !isSame(latest.id, report.id)) isJudged = false;
      latest = report;
      waiting.push(report);
      forgetOldest();
      // While an unheard one waits for its next try, those behind it wait as well.
      if (failures === 0) next();
    },
    again: () => {
      if (isStopped) return;
      isWantedAgain = isSending;
      if (isSending) return;
      failures = 0;
      if (waiting.length > 0) next();
      else sayAgain();
    },
    asked: (id) => {
      if (isSending || isStopped || isJudged || waiting.length > 0) return;
      if (latest !== undefined && isSame(latest.id, id)) sayAgain();
    },
    stop: () => {
      isStopped = true;
      waiting.length = 0;
      stopWaiting();
    },
  };
}

function oneTimer(clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>) {
  let timer: unknown;
  const stopWaiting = () => {
    if (timer !== undefined) clock.clearTimeout(timer);
    timer = undefined;
  };
  return {
    stopWaiting,
    wait: (ms: number, then: () => void) => {
      stopWaiting();
      timer = clock.setTimeout(then, ms);
    },
  };
}

function endOf(sent: Promise<Verdict>): Promise<{ readonly verdict: Verdict } | { readonly error: unknown }> {
  return sent.then(
    (verdict) => ({ verdict }),
    (error: unknown) => ({ error }),
  );
}

/** Whether it says of a sector in that state what its thread does not know. */
function saysMore({ finalized, abortReason }: Verdict, state: string): boolean {
  const isGivenUp = abortReason !== null && abortReason !== '' && state !== 'Aborted';
  return isGivenUp || (finalized && !endStates.includes(state));
}

/** A report of any length is accepted with so much, characters. */
const shortest = 256;

/** The report with a short text, if it has a long one. */
function shortened(report: SectorReport): SectorReport | undefined {
  const { body } = report;
  const { Failure } = body;
  if (!Failure || Failure.Desc.length <= shortest) return undefined;
  return {
    ...report,
    body: { ...body, Failure: { ...Failure, Desc: `${Failure.Desc.slice(0, shortest - 1)}…` } },
  };
}

const isSame = (one: SectorId, other: SectorId) => one.miner === other.miner && one.number === other.number;
