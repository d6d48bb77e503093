/**
 * Reports each change of the current sector to the manager once. The answer may say that the sector is aborted or done. Later a
 * sealvisor manager requests a report through the worker's heartbeat; for any other manager the last report is repeated.
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
/** The longest interval between repeated reports to a manager that refuses them, ms. */
const longestPollMs = 3_600_000;
const mostWaiting = 100;

/** Sends reports one at a time, in order; an undelivered report is retried before the next one. */
export class ReportQueue implements SectorReports {
  readonly #options: SectorReportsOptions;
  readonly #timer: OneTimer;
  readonly #waiting: SectorReport[] = [];
  #latest: SectorReport | undefined;
  #isSending = false;
  /** The latest is requested again while one is being sent, whose answer may be from before the request. */
  #isWantedAgain = false;
  #isStopped = false;
  #isJudged = false;
  #failures = 0;
  /** The accepted report: sent again, it only asks what the manager wants. */
  #accepted: SectorReport | undefined;
  /** Refusals in a row of the accepted report. */
  #refusedPolls = 0;
  /** The last logged refusal, so that the same one is not logged repeatedly. */
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
    // While an undelivered report waits for its retry, the later ones wait too.
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

  /** In an end state the thread releases its sector: nothing is left to report. */
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
    // A refused report does not block the later ones.
    if ('error' in end && isNeverAccepted(end.error)) this.#refused(report, end.error);
    else if ('error' in end) this.#unheard(report);
    else {
      this.#accepted = report;
      this.#refusedPolls = 0;
      this.#heard(end.verdict.byHeartbeat ? undefined : this.#options.everyMs());
      this.#judge(report, end.verdict);
    }
  }

  /** `pollMs`: when to repeat the latest report; undefined = only on request. */
  #heard(pollMs: number | undefined): void {
    this.#failures = 0;
    if (this.#waiting.length === 0 && this.#isWantedAgain) this.#sayAgain();
    else if (this.#waiting.length > 0) this.#next();
    else if (pollMs !== undefined && this.#isHeld()) this.#timer.set(pollMs, () => this.#sayAgain());
  }

  #judge({ id }: SectorReport, verdict: Verdict): void {
    const latest = this.#latest;
    if (this.#isStopped || this.#isJudged || latest === undefined || !isSame(latest.id, id)) return;
    // Compared with the latest report: the answer may be to an older one.
    if (!saysMore(verdict, latest.body.StateChange.Next)) return;
    this.#isJudged = true;
    this.#options.onVerdict(id, verdict);
  }

  /** It may be accepted without its long text, but never with it. */
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

  /** Only a report that was accepted before is repeated after a refusal, and not if the refusal has a sealvisor code. */
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

/** One timer: a later `set` replaces the earlier one. */
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

/** Whether the verdict is new to a thread whose sector is in that state. */
function saysMore({ finalized, abortReason }: Verdict, state: string): boolean {
  const isGivenUp = abortReason !== null && abortReason !== '' && state !== 'Aborted';
  return isGivenUp || (finalized && !endStates.includes(state));
}

/** A text of this length, characters, is short enough for every manager. */
const shortest = 256;

/** The report with its text cut to `shortest`; undefined if it is no longer than that. */
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
