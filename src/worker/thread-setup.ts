/** What a sealing thread is started with, and what it says; plain values, they cross the thread's border. */
import type { HistoryRow, Progress, ThreadView } from '../protocol/thread.js';
import type { Deadlines } from '../sealing/deadlines.js';
import type { Fault } from '../sealing/runner.js';
import type { AttachedStore, StageSettings } from '../sealing/stage.js';

export interface ThreadSetup {
  readonly index: number;
  readonly location: string;
  readonly plan: string;
  readonly settings: StageSettings & { readonly maxRetries: number; readonly sealIntervalMs: number };
  readonly stores: readonly AttachedStore[];
  readonly localPiecesDirs: readonly string[];
  readonly deadlines: Deadlines;
  readonly faults: readonly Fault[];
  readonly leastMs: Readonly<Record<string, number>>;
  readonly workerName: string;
  /** Stages that a child process does. */
  readonly processChildren: readonly string[];
}

export type ThreadNews =
  | { readonly type: 'view'; readonly view: ThreadView }
  | { readonly type: 'row'; readonly row: HistoryRow }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'stopped' };
