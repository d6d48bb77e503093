/** A worker as REST and the command line show it: its life, its limits, its breakers. Times are RFC 3339 UTC. */
import type { ErrorLevel } from './level.js';
import type { HistoryRow, Summary, ThreadMode, ThreadView } from './thread.js';
import type { WorkerLife } from './worker-life.js';

/** Who requested it, why, and when. */
export interface Wish {
  readonly by: string;
  readonly reason: string | null;
  readonly at: string;
}

export interface DrainView extends Wish {
  readonly toFinish: boolean;
  readonly deadline: string | null;
  /** How many threads have reached the drain's safe point, out of how many. */
  readonly done: number;
  readonly of: number;
  /** Threads counted as done that still hold their sector: paused past the deadline, or failed. Left out if empty. */
  readonly holding?: readonly {
    readonly index: number;
    readonly sector: string | null;
    readonly state: string;
  }[];
  /** Threads that are not done yet, and their stages. */
  readonly left: readonly {
    readonly index: number;
    readonly sector: string | null;
    readonly state: string;
    readonly stage: string;
    readonly mode: ThreadMode;
  }[];
}

/** How many threads may run a stage at the same time. */
export interface LimitView {
  /** The stage's name in the configuration: `pc1`. */
  readonly name: string;
  /** null = no limit. */
  readonly limit: number | null;
  /** The value in the configuration file. */
  readonly configured: number | null;
  /** Who set it by hand; left out if it was not. */
  readonly set?: Wish;
  /** Minimum time between two starts, ms. */
  readonly staggeredMs: number | null;
  readonly holders: readonly number[];
  /** Queued threads, first to last. */
  readonly queue: readonly number[];
}

/** A stage that failed the same way on several threads: it is blocked until one probe succeeds. */
export interface BreakerView {
  readonly stage: string;
  readonly level: ErrorLevel;
  readonly message: string;
  readonly since: string;
  /** The threads whose failures opened it. */
  readonly failed: readonly number[];
  readonly queue: readonly number[];
  /** The thread that is trying now. */
  readonly probe: number | null;
  readonly nextProbeAt: string | null;
}

/** A disk that threads write to, as of its last check. Sizes in bytes; null if unknown. */
export interface StoreView {
  readonly kind: 'location' | 'attached';
  /** The attached store's name, or the thread (`#0`) whose location it is. */
  readonly name: string;
  readonly location: string;
  readonly isReadonly: boolean;
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  /** Part of the free space that running stages still have to write. */
  readonly grantedBytes: number;
  /** Threads that run these stages. */
  readonly holders: readonly number[];
  /** Why it cannot be read. */
  readonly why: string | null;
}

/** A process that is frozen for a thread. `bytes`: the memory that it holds; null until known. */
export interface FrozenProcess {
  readonly index: number;
  /** The stage, as the configuration names it. */
  readonly name: string;
  readonly pid: number;
  readonly bytes: number | null;
}

/** The managers that a worker deals with, by id; an id is created with a manager's home. */
export interface ManagerFacts {
  /** The manager that the worker's sectors belong to; null = no manager has sent its id yet. */
  readonly id: string | null;
  /** Another one answers in its place: the worker takes no job and reports nothing. */
  readonly other: { readonly id: string; readonly since: string } | null;
}

export interface WorkerView {
  /** Id of its home: another worker with the same name or address has a different one. Left out by 0.1.0. */
  readonly id?: string;
  /** New at each start: it distinguishes workers with the same name. */
  readonly incarnation?: string;
  readonly name: string;
  readonly version: string;
  readonly life: WorkerLife;
  /** The manager it works for. Left out by 0.1.0. */
  readonly manager?: ManagerFacts;
  readonly cordon: Wish | null;
  readonly drain: DrainView | null;
  readonly limits: readonly LimitView[];
  readonly breakers: readonly BreakerView[];
  readonly stores: readonly StoreView[];
  readonly counts: Summary;
  /** Left out if empty. */
  readonly frozen?: readonly FrozenProcess[];
}

/** Result of a command for the worker: the worker as it is now, whether anything changed, and one sentence. */
export interface WorkerReply extends WorkerView {
  readonly changed: boolean;
  readonly message: string;
}

/** One difference between the configuration file and the running configuration. */
export interface ConfigChange {
  /** `restart`: takes effect only after a restart of the worker. */
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

/** What the worker streams to its watchers (`GET /api/v1/events`). */
export type WorkerNews =
  | { readonly type: 'thread'; readonly view: ThreadView }
  | { readonly type: 'row'; readonly index: number; readonly row: HistoryRow }
  | { readonly type: 'worker'; readonly view: WorkerView };
