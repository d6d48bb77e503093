import { passedMs } from './clock.js';
import type { ErrorLevel } from './level.js';
import type { PlanName } from './plan-names.js';
import type { Sector } from './sector.js';

export const threadModes = [
  'idle',
  'running',
  'waiting',
  'retrying',
  'pausing',
  'paused',
  'resting',
  'restarting',
  'failed',
] as const;

export type ThreadMode = (typeof threadModes)[number];

/** How a pause takes effect: after the running stage, by freezing its process, or by aborting the stage. */
export type PauseHow = 'after-stage' | 'freeze' | 'now';

export interface Intent {
  readonly kind: 'pause';
  readonly how: PauseHow;
  readonly by: string;
  readonly reason: string | null;
  readonly at: string;
  /** Id of the drain that requested this pause. */
  readonly drain?: string;
}

export interface LastError {
  readonly level: ErrorLevel;
  readonly message: string;
  readonly stage: string;
  readonly at: string;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

/** Consecutive temporary failures of the current stage: `n` of at most `of`; `nextAt` is RFC 3339 UTC. */
export interface Tries {
  readonly n: number;
  readonly of: number;
  readonly nextAt: string | null;
}

/** What a thread is queued for. `place` is its position from 1, among all threads of the worker. */
export interface WaitingFor {
  /** The limit's name (`pc1`), `breaker c2`, `space`, or `cordon`. */
  readonly limit: string;
  readonly place: number;
  /** Threads that hold it now. */
  readonly holders: readonly number[];
  /** The reason, if it is more than a full queue: a breaker's error, a cordon's reason. */
  readonly reason?: string;
  /** When it is checked again, if known: the next start of a staggered stage, the next probe. */
  readonly nextAt?: string;
}

/** A disk that does not answer and that a thread waits for. */
export interface ThreadDisk {
  /** The location or the attached store. */
  readonly path: string;
  readonly since: string;
}

/** The manager rejected a report of the sector; it is not sent again. */
export interface ReportRefused {
  readonly state: string;
  readonly message: string;
  readonly at: string;
}

/** One thread as `--json`, REST and events show it (docs/spec.md#thread-view). Times are RFC 3339 UTC. */
export interface ThreadView {
  readonly index: number;
  readonly location: string;
  readonly plan: PlanName;
  readonly incarnation: number;
  readonly revision: number;
  readonly sector: Sector | null;
  /** The manager's name for the current job, if that is not a sector (plan wdpost). */
  readonly job?: string;
  readonly state: string;
  readonly stage: string;
  readonly mode: ThreadMode;
  readonly since: string;
  readonly intent: Intent | null;
  readonly lastError: LastError | null;
  readonly tries: Tries | null;
  readonly waitingFor: WaitingFor | null;
  /** `frozenBytes`: memory that it holds while it is frozen, if known. */
  readonly processor: {
    readonly name: string;
    readonly pid: number | null;
    readonly frozenBytes?: number;
  } | null;
  readonly progress: Progress | null;
  /** How long the current stage was worked on up to `at`, ms, without time in queues or frozen. */
  readonly worked?: { readonly ms: number; readonly at: string };
  /** A service that the stage needs cannot be reached: the thread waits for it and no try is counted. */
  readonly outage?: { readonly since: string; readonly nextAt: string | null };
  /** The disk that it works on does not answer. */
  readonly disk?: ThreadDisk;
  /** The manager refused the last report of the current sector. */
  readonly reportRefused?: ReportRefused;
  /** Why there was no work at the last request. */
  readonly idle?: string;
  readonly possible: readonly string[];
}

export const rowKinds = ['transition', 'try', 'error', 'command', 'lifecycle'] as const;

/** What happened to a thread, as stored in its history. */
export interface Row {
  readonly at: string;
  readonly kind: (typeof rowKinds)[number];
  /** The sector, or the current job. */
  readonly sector: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly event: string | null;
  readonly stage: string | null;
  readonly durationMs: number | null;
  readonly level: ErrorLevel | null;
  readonly message: string | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly command: string | null;
}

/** One row of a thread's history (docs/spec.md#thread-view). */
export interface HistoryRow extends Row {
  readonly seq: number;
}

/** Selects rows of a history: the latest `limit` after row `after`, of one sector, of these kinds. */
export interface HistoryQuery {
  readonly limit?: number | undefined;
  readonly after?: number | undefined;
  readonly sector?: string | undefined;
  readonly kinds?: readonly HistoryRow['kind'][] | undefined;
}

/** Time left, from past durations of the same stage and size on this worker, in ms; null where there is none yet. */
export interface Estimate {
  readonly stage: {
    readonly name: string;
    readonly elapsedMs: number;
    /** Median of `samples` past runs. */
    readonly usualMs: number | null;
    readonly leftMs: number | null;
    readonly samples: number;
  } | null;
  readonly sector: {
    readonly leftMs: number | null;
    /** Later stages whose duration is not known yet. */
    readonly unknown: readonly string[];
  } | null;
}

/** The estimate of one of a worker's threads. */
export interface ThreadEstimate extends Estimate {
  readonly index: number;
}

/** What a resume would do (docs/spec.md#thread-view). */
export interface DryRun {
  readonly allowed: boolean;
  readonly to?: string;
  readonly redo?: readonly string[];
  readonly skip?: readonly string[];
  readonly why?: string;
  readonly possible?: readonly string[];
  /** Set for a resume to Aborted of a sector that is not aborted yet. */
  readonly loses?: AbortLoss;
}

/** What an abort of the sector loses. */
export interface AbortLoss {
  readonly sector: string;
  /** Its pre-commit was submitted, or (not `certain`) may have been: its deposit is lost. `at` is RFC 3339, null = not known. */
  readonly preCommit: { readonly certain: boolean; readonly at: string | null } | null;
  /** Its proof was submitted. */
  readonly proof: boolean;
  /** Files removed from the thread's location. */
  readonly files: readonly string[];
  /** Files that its thread stored: also removed, unless its proof is or may get on chain. */
  readonly stored: readonly string[];
}

/** Result of a command, as the thread answers it. */
export interface CommandOutcome {
  readonly changed: boolean;
  readonly message: string;
  readonly view: ThreadView;
  /** It was already done under the same id. */
  readonly isRepeat?: true;
}

/** Result of a command: the thread as it is now, whether anything changed, and one sentence. */
export interface ControlReply extends ThreadView {
  readonly changed: boolean;
  readonly message: string;
}

/** Thread counts in a worker's heartbeat, as upstream's managers know them (docs/spec.md#thread-view). */
export interface Summary {
  readonly threads: number;
  readonly empty: number;
  readonly paused: number;
  readonly running: number;
  readonly waiting: number;
  readonly errors: number;
}

/** How long the current stage has been worked on, ms; time in queues or frozen does not count. */
export function workedMs({ mode, since, worked }: ThreadView, nowMs: number): number {
  const isAtWork = mode === 'running' || mode === 'pausing';
  // Upstream's worker reports only when the state was entered.
  if (worked === undefined) return isAtWork ? passedMs(since, nowMs) : 0;
  return worked.ms + (isAtWork ? passedMs(worked.at, nowMs) : 0);
}

/** Whether it has neither a sector nor a job; a thread of plan wdpost has a job without a sector. */
export function isEmpty({ sector, job }: Pick<ThreadView, 'sector' | 'job'>): boolean {
  return sector === null && job === undefined;
}

export function summarize(views: readonly ThreadView[]): Summary {
  const count = (fact: (view: ThreadView) => boolean) => views.filter(fact).length;
  return {
    threads: views.length,
    empty: count(isEmpty),
    paused: count((view) => view.mode === 'paused'),
    running: count((view) => view.mode === 'running' || view.mode === 'pausing'),
    waiting: count((view) => view.mode === 'waiting'),
    errors: count((view) => view.lastError !== null || view.mode === 'failed'),
  };
}
