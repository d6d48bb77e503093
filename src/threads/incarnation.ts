/** One run of a supervised thread, from its start to its end. */
import type { Child } from '../actors/index.js';
import type { Delivery } from './outbox.js';

export interface ThreadStats {
  /** Time since the thread's loop last turned, ms. */
  readonly heartbeatAgeMs: number;
  /** JavaScript heap in use at the last heartbeat. */
  readonly heapBytes: number;
  readonly pendingCalls: number;
  /** Events in transit, which the thread has not taken yet. */
  readonly untaken: number;
  /** Undeliverable events: sent to the dead thread or to one that takes no events, or never taken by it. */
  readonly deadLetters: number;
  /** Events refused because the mailbox was full. */
  readonly refused: number;
  /** Messages of the thread that came after its end and were dropped. */
  readonly lateMessages: number;
}

/** One incarnation. */
export interface ThreadChild extends Child {
  readonly threadId: number;
  /** Counts the starts of one `threadChild`, from 1. */
  readonly incarnation: number;
  /** True from the moment the thread's end is known, a little before `exited` resolves. */
  readonly isGone: boolean;
  /** Whether it sleeps in a disk call that cannot be interrupted; false on systems that do not show it. */
  readonly isInDiskSleep: boolean;
  /** Calls a verb. @throws thread_gone at once when the thread has ended or ends, deadline_exceeded */
  call<T>(verb: string, args: readonly unknown[], deadlineMs: number): Promise<T>;
  /**
   * Sends an event; calls and events arrive in the order in which they were made. @throws DataCloneError when it
   * cannot be cloned
   */
  send(event: unknown): Delivery;
  /** Sends events that were kept for this incarnation; the keeper limits them, not this mailbox. */
  forward(events: readonly unknown[]): void;
  /**
   * Removes and returns the events that the thread never took, in order; they are no longer dead letters. Empty while
   * it lives.
   */
  takeBack(): readonly unknown[];
  stats(): ThreadStats;
  /** Asks the thread to end and terminates it after its grace; resolves when it is gone. Safe twice. */
  stop(): Promise<void>;
}
