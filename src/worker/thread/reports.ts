/**
 * What the manager is told of the current sector: each change once. What it wants of the sector it says with its answer, that the sector is lost,
 * it may be; later a manager of ours asks by the worker's heartbeat for a report to hear it, of any other the state is reported again.
 */

import { endStates } from '../../../machines/index.js';
import type { Clock } from '../../actors/index.js';
import { systemClock } from '../../actors/system-clock.js';
import { faultFields } from '../../protocol/events/event.js';
import type { StageEvent } from '../../protocol/events/table.js';
import type { Verdict } from '../../protocol/sealer.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { isNamedRefusal, isNeverAccepted } from '../border/report-refusal.js';
import type { SectorReport, SectorReports, SectorReportsOptions } from './report.js';

const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** A manager that refuses to be asked is asked at last so seldom, ms. */
const longestPollMs = 3_600_000;
const mostWaiting = 100;

/** Reports go out one at a time, in the order they were told; what was not heard is said again before what comes next. */
export class ReportQueue implements SectorReports {
  readonly #options: SectorReportsOptions;
  readonly #timer: OneTimer;
  readonly #waiting: SectorReport[] = [];
  #latest: SectorReport | undefined;
  #isSending = false;
  /** The latest is wanted once more, and one is on its way: its answer may be of before. */
  #isWantedAgain = false;
  #isStopped = false;
  #isJudged = false;
  #failures = 0;
  /** The manager has accepted it: sent again, it only asks what is wanted. */
  #accepted: SectorReport | undefined;
  /** How often it refused that in a row. */
  #refusedPolls = 0;
  /** The refusal that was told last: the same is not told again and again. */
  #told: string | undefined;

  constructor(options: SectorReportsOptions) {
    this.#options = options;
    this.#timer = new OneTimer(options.clock ?? systemClock);
  }

  tell(report: SectorReport): void {
    if (this.#isStopped) return;
    if (this.#latest === undefined || !isSame(this.#latest.id, report.id)) this.#isJudged = false;
    this.#latest = report;
    this.#waiting.push(report);
    this.#forgetOldest();
    // While an unheard one waits for its next try, those behind it wait as well.
    if (this.#failures === 0) this.#next();
  }

  again(): void {
    if (this.#isStopped) return;
    this.#isWantedAgain = this.#isSending;
    if (this.#isSending) return;
    this.#failures = 0;
    if (this.#waiting.length > 0) this.#next();
    else this.#sayAgain();
  }

  asked(id: SectorId): void {
    if (this.#isSending || this.#isStopped || this.#isJudged || this.#waiting.length > 0) return;
    if (this.#latest !== undefined && isSame(this.#latest.id, id)) this.#sayAgain();
  }

  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
    this.#timer.stop();
  }

  #next(): void {
    const report = this.#isSending || this.#isStopped ? undefined : this.#waiting.shift();
    if (report) void this.#say(report);
  }

  /** Behind the end states the thread lets its sector go: nothing is left to be said. */
  #isHeld(): boolean {
    return this.#latest !== undefined && !endStates.includes(this.#latest.body.StateChange.Next);
  }

  #sayAgain(): void {
    if (!this.#isHeld() || this.#latest === undefined) return;
    this.#waiting.push(this.#latest);
    this.#next();
  }

  async #say(report: SectorReport): Promise<void> {
    this.#isSending = true;
    this.#isWantedAgain = false;
    this.#timer.stop();
    const end = await endOf(this.#options.send(report.id, report.body, report.given));
    this.#isSending = false;
    if (this.#isStopped) return;
    // One that the manager refuses blocks none behind it.
    if ('error' in end && isNeverAccepted(end.error)) this.#refused(report, end.error);
    else if ('error' in end) this.#unheard(report);
    else {
      this.#accepted = report;
      this.#refusedPolls = 0;
      this.#heard(end.verdict.byHeartbeat ? undefined : this.#options.everyMs());
      this.#judge(report, end.verdict);
    }
  }

  /** `pollMs`: when to ask again what is wanted; undefined = not by itself. */
  #heard(pollMs: number | undefined): void {
    this.#failures = 0;
    if (this.#waiting.length === 0 && this.#isWantedAgain) this.#sayAgain();
    else if (this.#waiting.length > 0) this.#next();
    else if (pollMs !== undefined && this.#isHeld()) this.#timer.set(pollMs, () => this.#sayAgain());
  }

  #judge({ id }: SectorReport, verdict: Verdict): void {
    const latest = this.#latest;
    if (this.#isStopped || this.#isJudged || latest === undefined || !isSame(latest.id, id)) return;
    // By what the thread said last: the answer may be to an older word.
    if (!saysMore(verdict, latest.body.StateChange.Next)) return;
    this.#isJudged = true;
    this.#options.onVerdict(id, verdict);
  }

  /** Without its long text it may be accepted; with it never. */
  #refused(report: SectorReport, error: unknown): void {
    const pollMs = this.#pollAfterRefusal(report, error);
    if (!this.#options.onRefusal?.(report.id, error)) this.#shorten(report, error);
    this.#heard(pollMs);
  }

  #shorten(report: SectorReport, error: unknown): void {
    const short = shortened(report);
    this.#tellRefused(report, error, short ? 'it is sent without its long text' : 'it is dropped');
    if (short) this.#waiting.unshift(short);
    if (short && this.#latest === report) this.#latest = short;
  }

  /** What was refused as it is would be refused again; what was accepted only asks. Managers of ours name the cause. */
  #pollAfterRefusal(report: SectorReport, error: unknown): number | undefined {
    if (report !== this.#accepted || isNamedRefusal(error)) return undefined;
    this.#refusedPolls += 1;
    return Math.min(this.#options.everyMs() * 2 ** this.#refusedPolls, longestPollMs);
  }

  #tellRefused({ id, body }: SectorReport, error: unknown, outcome: string): void {
    const event: StageEvent = {
      event: 'report.refused',
      sector: formatSectorId(id),
      state: body.StateChange.Next,
      outcome,
      ...faultFields(error),
    };
    const told = JSON.stringify(event);
    if (told !== this.#told) this.#options.onRefused?.(event);
    this.#told = told;
  }

  #unheard(report: SectorReport): void {
    this.#waiting.unshift(report);
    this.#forgetOldest();
    this.#timer.set(Math.min(firstRetryMs * 2 ** this.#failures, longestRetryMs), () => this.#next());
    this.#failures += 1;
  }

  #forgetOldest(): void {
    this.#waiting.splice(0, this.#waiting.length - mostWaiting);
  }
}

/** The later of two calls holds. */
class OneTimer {
  readonly #clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  #timer: unknown;

  constructor(clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>) {
    this.#clock = clock;
  }

  set(ms: number, then: () => void): void {
    this.stop();
    this.#timer = this.#clock.setTimeout(then, ms);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
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
