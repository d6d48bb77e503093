/** What a sealing thread is started with, and what it says; plain values, they cross the thread's border. */

import type { ThreadSettings } from '../../../machines/thread-words.js';
import type { StageEvent } from '../../protocol/events/table.js';
import type { PlanName } from '../../protocol/plan-names.js';
import type { HistoryRow, Progress, ThreadView } from '../../protocol/thread.js';
import type { Deadlines } from '../../sealing/deadlines.js';
import type { Fault } from '../../sealing/runner.js';
import type { AttachedStore, StageSettings } from '../../sealing/stage.js';
import type { RecordOwner } from '../../store/record-owner.js';

export interface ThreadSetup {
  readonly index: number;
  readonly location: string;
  /** Whose the record is: the location with this mark, the worker of this id. */
  readonly owner: RecordOwner;
  readonly settings: SettingsOfThread;
  readonly localPiecesDirs: readonly string[];
  readonly faults: readonly Fault[];
  readonly leastMs: Readonly<Record<string, number>>;
  readonly workerName: string;
  /** Rows of history that are kept. */
  readonly historyRows: number;
  /** Stages that a child process does. */
  readonly processChildren: readonly string[];
  /** Those that only programs of others do. */
  readonly othersStages: readonly string[];
}

/** What a thread goes by; it may change before each sector, and by a reload. */
export type SettingsOfThread = StageSettings &
  ThreadSettings & {
    readonly deadlines: Deadlines;
    readonly stores: readonly AttachedStore[];
    /** Answers without deals before the hot configuration is read again. */
    readonly requestTaskMaxRetries: number;
    /** Of the next job; the current one keeps its own. */
    readonly plan: PlanName;
  };

export type ThreadNews =
  | { readonly type: 'view'; readonly view: ThreadView }
  | { readonly type: 'row'; readonly row: HistoryRow }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'event'; readonly event: StageEvent }
  | { readonly type: 'stopped' };
