/** The desk's interface and options. */

import type { BreakerRecord } from '../../../machines/worker-record.js';
import type { Clock } from '../../actors/index.js';
import type { WaitingFor } from '../../protocol/thread.js';
import type { BreakerView, LimitView } from '../../protocol/worker.js';
import type { DeskAnswer, Granted, Left } from '../border/contract.js';
import type { BreakerPolicy } from './breaker.js';

/** The desk's rules; tables are keyed by the stage's name. */
export interface DeskPolicy {
  /** Limits in force; a name without an entry has no limit. */
  readonly limits: Readonly<Record<string, number>>;
  /** Limits in the configuration file. */
  readonly configured: Readonly<Record<string, number>>;
  /** Least time between two starts, ms. */
  readonly staggeredMs: Readonly<Record<string, number>>;
  readonly breaker: BreakerPolicy;
}

/** Why a thread cannot start although it is next: what it waits for, which threads hold that, and details if any. */
export interface Blocked {
  readonly limit: string;
  readonly holders: readonly number[];
  readonly reason?: string;
  /** When it is checked again, RFC 3339, if known. */
  readonly nextAt?: string;
}

export interface DeskOptions {
  readonly clock: Clock;
  /** Wall time in ms since the epoch. */
  readonly wall: () => number;
  /** Called after every change of holders, queues, limits or breakers. `indexes`: threads whose `waitingFor` may have changed. */
  readonly onChange: (indexes: readonly number[]) => void;
  /** Called when a breaker opened or its probe ended (record), or it closed (null), so that it can be made durable. */
  readonly onBreaker: (stage: string, breaker: BreakerRecord | null) => void;
  /** Checked whenever a thread may be admitted; the caller calls `look` when the answer has changed. @default null */
  readonly blockedBy?: (index: number, name: string) => Blocked | null;
  /** Called when a thread has died, before its slots are freed. */
  readonly onDrop?: (index: number) => void;
  /** Called synchronously when a thread gets a slot, before the next thread is considered. */
  readonly onTaken?: (index: number, name: string) => void;
  /** Called synchronously when a slot is freed, before any thread is admitted. */
  readonly onFree?: (index: number, name: string) => void;
}

/** Decides which thread may start what: first come, first served for each name, over all threads of a worker. */
export interface Desk {
  /**
   * Requests a slot for `name` under an id that the thread uses once. A thread is in one queue at a time; it keeps the place of the
   * queue that it left last, and joins any other at the end. `isResumed`: an operator resumed it: it may probe an open breaker early.
   */
  ask(index: number, id: number, name: string, isResumed: boolean): DeskAnswer;
  /** Resolves when the request `id` is granted. @throws thread_gone if the thread left the queue or died */
  granted(index: number, id: number): Promise<Granted>;
  /** Leaves the queue (the place is kept), or returns the slot with its outcome; does nothing if `id` has neither. */
  leave(index: number, id: number, how: Left): void;
  /** The thread has died: frees its slots and places. */
  drop(index: number): void;
  waitingFor(index: number): WaitingFor | null;
  /** Whether the request `id` was granted and its slot is not returned yet. */
  isHolding(index: number, id: number): boolean;
  /** The name that the thread waits for if only `blockedBy` can keep it from starting; otherwise null. */
  doorOf(index: number): string | null;
  /** One for each name with a limit, a configured limit or a least time between starts. */
  limits(): readonly LimitView[];
  breakers(): readonly BreakerView[];
  /** Takes effect at once: a raised limit admits threads, a lowered one waits for holders to leave. */
  setPolicy(policy: DeskPolicy): void;
  /** Closes an open breaker by hand; false if it is not open. */
  closeBreaker(stage: string): boolean;
  /** Opens the breakers that were open before a restart; probes keep their due time, at most `probeMs` from now. */
  restoreBreakers(open: Readonly<Record<string, BreakerRecord>>): void;
  /** `blockedBy`'s answers have changed: admits the threads that may now start. */
  look(): void;
  /** Cordon: no thread may take a new sector. */
  hold(reason: string): void;
  unhold(): void;
}
