/** What a sealing thread's machine is given, keeps and hears. */
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
  /** Those of the moment: they change while the machine runs. */
  readonly settings: () => ThreadSettings;
  /** Wall time, ms: what is shown and kept. */
  readonly now: () => number;
  /** Time that nobody sets, ms since any moment: what is waited and how long it took. */
  readonly steady: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** States `resume` may go to now; looks at the sector's files. */
  readonly possible: (record: ThreadRecord) => readonly string[];
}

export interface ThreadContext extends ThreadInput, MachineContext {
  /** The row that belongs to the latest change; `commit` writes it with the record. */
  readonly row: Row | null;
  /** When the stage began, later by the time that it was frozen; steady time, as the next two. */
  readonly startedMs: number;
  readonly frozenMs: number;
  /** When the wait is over. */
  readonly dueMs: number;
  /** Why there was nothing to do when it was asked for last; null = not known. */
  readonly idleReason: string | null;
  readonly isStopping: boolean;
  /** The stage is tried for all threads that wait behind its breaker. */
  readonly isProbe: boolean;
  /** An operator sent the thread on, and since then all went well. */
  readonly isResumed: boolean;
}

export interface StageInput {
  readonly record: ThreadRecord;
}

/** A place is asked for by name; granted at once, or there is a line to wait in. */
export interface PlaceInput {
  readonly name: string;
  readonly isResumed: boolean;
}

export type PlaceAnswer = { readonly granted: true; readonly isProbe: boolean } | { readonly granted: false };

/** The manager gave the sector (or the current job) up, or has its end already. */
export interface SectorLost {
  readonly type: 'SECTOR.LOST';
  readonly sector: string;
  readonly reason: string;
  /** Whether the manager has its end already. @default false */
  readonly isFinalized?: boolean;
}

export type ThreadEvent = PauseCommand | ResumeCommand | SectorLost | { readonly type: 'THREAD.STOP' };

/** What a sealing thread does, and how it keeps what it did. */
export interface ThreadWork {
  stage(input: StageInput, signal: AbortSignal): Promise<StageOutcome>;
  askPlace(input: PlaceInput): Promise<PlaceAnswer>;
  awaitPlace(): Promise<PlaceAnswer>;
  /** Makes the record durable, with its row; null where nothing is to be kept. */
  commit(record: ThreadRecord, row: Row | null): void;
  /** Gives up the place in the queue, unless the stage holds it already. */
  leaveLine(): void;
}
