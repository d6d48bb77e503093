/** Input, context, events and injected work of a sealing thread's machine. */
import type { MachineContext } from 'xstate';
import type { Row } from '../src/protocol/thread.js';
import type { PauseCommand, ResumeCommand } from './command-changes.js';
import type { StageOutcome } from './record-changes.js';
import type { RetrySettings } from './retry.js';
import type { ThreadRecord } from './thread-record.js';

export interface ThreadSettings extends RetrySettings {
  readonly sealIntervalMs: number;
}

export interface ThreadInput {
  readonly record: ThreadRecord;
  /** The current settings: they change while the machine runs. */
  readonly settings: () => ThreadSettings;
  /** Wall time, ms: for views and records. */
  readonly now: () => number;
  /** Monotonic time, ms since an arbitrary moment: for waits and durations. */
  readonly steady: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** States that `resume` may go to now; checks the sector's files. */
  readonly possible: (record: ThreadRecord) => readonly string[];
}

export interface ThreadContext extends ThreadInput, MachineContext {
  /** The row that belongs to the latest change; `commit` writes it with the record. */
  readonly row: Row | null;
  /** When the stage started, shifted by the time that it was frozen; monotonic time, like the next two. */
  readonly startedMs: number;
  readonly frozenMs: number;
  /** When the wait is over. */
  readonly dueMs: number;
  /** Why there was nothing to do at the last request; null = not known. */
  readonly idleReason: string | null;
  readonly isStopping: boolean;
  /** The stage is a probe for all threads that wait for its breaker. */
  readonly isProbe: boolean;
  /** An operator resumed the thread, and nothing has failed since. */
  readonly isResumed: boolean;
}

export interface StageInput {
  readonly record: ThreadRecord;
}

/** A permit is requested by name; it is granted at once, or the thread is queued. */
export interface PlaceInput {
  readonly name: string;
  readonly isResumed: boolean;
}

export type PlaceAnswer = { readonly granted: true; readonly isProbe: boolean } | { readonly granted: false };

/** The manager has cancelled the sector (or the current job), or already has its end. */
export interface SectorLost {
  readonly type: 'SECTOR.LOST';
  readonly sector: string;
  readonly reason: string;
  /** Whether the manager already has its end. @default false */
  readonly isFinalized?: boolean;
}

export type ThreadEvent = PauseCommand | ResumeCommand | SectorLost | { readonly type: 'THREAD.STOP' };

/** The work of a sealing thread, and how its record is written. */
export interface ThreadWork {
  stage(input: StageInput, signal: AbortSignal): Promise<StageOutcome>;
  askPlace(input: PlaceInput): Promise<PlaceAnswer>;
  awaitPlace(): Promise<PlaceAnswer>;
  /** Makes the record durable, with its row; null: nothing is written. */
  commit(record: ThreadRecord, row: Row | null): void;
  /** Leaves the queue, unless the stage already holds its permit. */
  leaveLine(): void;
}
