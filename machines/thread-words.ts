/** What a sealing thread's machine is given, keeps and hears. */
import type { MachineContext } from 'xstate';
import type { PauseCommand, ResumeCommand, Row } from './record-changes.js';
import type { ThreadRecord } from './thread-record.js';

export interface ThreadSettings {
  readonly maxRetries: number;
  readonly recoverIntervalMs: number;
  readonly sealIntervalMs: number;
}

export interface ThreadInput {
  readonly record: ThreadRecord;
  readonly settings: ThreadSettings;
  readonly now: () => number;
  /** States `resume` may go to now; looks at the sector's files. */
  readonly possible: (record: ThreadRecord) => readonly string[];
}

export interface ThreadContext extends ThreadInput, MachineContext {
  /** The row that belongs to the latest change; `commit` writes it with the record. */
  readonly row: Row | null;
  readonly startedMs: number;
  readonly isStopping: boolean;
}

export interface StageInput {
  readonly record: ThreadRecord;
}

export type ThreadEvent = PauseCommand | ResumeCommand | { readonly type: 'THREAD.STOP' };
