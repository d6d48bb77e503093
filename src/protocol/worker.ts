/** A worker as everyone sees it: its life, its limits, its breakers. Times are RFC 3339 UTC. */
import type { ErrorLevel } from './level.js';
import type { HistoryRow, Summary, ThreadMode, ThreadView } from './thread.js';
import type { WorkerLife } from './worker-life.js';

/** Who wanted it, why, since when. */
export interface Wish {
  readonly by: string;
  readonly reason: string | null;
  readonly at: string;
}

export interface DrainView extends Wish {
  readonly toFinish: boolean;
  readonly deadline: string | null;
  /** How many threads are at a safe point as the drain wants them, of how many. */
  readonly done: number;
  readonly of: number;
  /** Counted as done, and still with their sector: paused past the deadline, or failed. Left out where none is. */
  readonly holding?: readonly {
    readonly index: number;
    readonly sector: string | null;
    readonly state: string;
  }[];
  /** Those that do not yet, and what each is at. */
  readonly left: readonly {
    readonly index: number;
    readonly sector: string | null;
    readonly state: string;
    readonly stage: string;
    readonly mode: ThreadMode;
  }[];
}

/** How many threads may do a stage at once. */
export interface LimitView {
  /** The stage's name in the configuration: `pc1`. */
  readonly name: string;
  /** null = no limit. */
  readonly limit: number | null;
  /** What the configuration's file says. */
  readonly configured: number | null;
  /** Who set it by hand, where somebody did. */
  readonly set?: Wish;
  /** Least time between two starts, ms. */
  readonly staggeredMs: number | null;
  readonly holders: readonly number[];
  /** Queued threads, first to last. */
  readonly queue: readonly number[];
}

/** A stage that failed the same way on several threads: nobody does it until one probe has. */
export interface BreakerView {
  readonly stage: string;
  readonly level: ErrorLevel;
  readonly message: string;
  readonly since: string;
  /** The threads whose failures opened it. */
  readonly failed: readonly number[];
  readonly queue: readonly number[];
  /** The thread that tries now. */
  readonly probe: number | null;
  readonly nextProbeAt: string | null;
}

/** A disk that threads write to, as it was looked at last. Sizes in bytes; null when it does not say. */
export interface StoreView {
  readonly kind: 'location' | 'attached';
  /** The attached store's name, or the thread (`#0`) whose location it is. */
  readonly name: string;
  readonly location: string;
  readonly isReadonly: boolean;
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  /** Of what is free there, what running stages have still to write. */
  readonly grantedBytes: number;
  /** The threads of these stages. */
  readonly holders: readonly number[];
  /** Why it cannot be read. */
  readonly why: string | null;
}

/** A process that is frozen for a thread, with the memory that it holds; null until that is known. */
export interface FrozenProcess {
  readonly index: number;
  /** The stage, as in the configuration. */
  readonly name: string;
  readonly pid: number;
  readonly bytes: number | null;
}

/** Managers by their ids, each made with a home. */
export interface ManagerFacts {
  /** Whose sectors the worker has; null = none has said its id yet. */
  readonly id: string | null;
  /** Another one answers in its place: the worker takes no job and reports nothing. */
  readonly other: { readonly id: string; readonly since: string } | null;
}

export interface WorkerView {
  /** Of its home: another worker of the same name or address has another. Left out by 0.1.0. */
  readonly id?: string;
  /** Another one at each start: two workers of one name are told apart by it. */
  readonly incarnation?: string;
  readonly name: string;
  readonly version: string;
  readonly life: WorkerLife;
  /** The manager it goes by. Left out by 0.1.0. */
  readonly manager?: ManagerFacts;
  readonly cordon: Wish | null;
  readonly drain: DrainView | null;
  readonly limits: readonly LimitView[];
  readonly breakers: readonly BreakerView[];
  readonly stores: readonly StoreView[];
  readonly counts: Summary;
  /** Left out where none is. */
  readonly frozen?: readonly FrozenProcess[];
}

/** What happened to a command for the worker: the worker as it is now, whether anything changed, and one sentence. */
export interface WorkerReply extends WorkerView {
  readonly changed: boolean;
  readonly message: string;
}

/** One difference between the configuration's file and what runs. */
export interface ConfigChange {
  /** `restart`: takes hold only when the worker is started again. */
  readonly kind: 'added' | 'removed' | 'changed' | 'restart';
  /** The key (`processors.limit.pc1`), or the thread by its location. */
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface ReloadReply {
  /** Whether anything was applied; false for a dry run. */
  readonly changed: boolean;
  readonly message: string;
  readonly changes: readonly ConfigChange[];
  readonly warnings: readonly string[];
}

/** What the worker tells whoever watches it (`GET /api/v1/events`). */
export type WorkerNews =
  | { readonly type: 'thread'; readonly view: ThreadView }
  | { readonly type: 'row'; readonly index: number; readonly row: HistoryRow }
  | { readonly type: 'worker'; readonly view: WorkerView };
