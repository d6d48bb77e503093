/** What a sealing thread is started with, and the events it sends: plain values, so that they can be sent between threads. */

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
  /** The record's owner: a location with this mark, and the worker with this id. */
  readonly owner: RecordOwner;
  readonly settings: SettingsOfThread;
  readonly localPiecesDirs: readonly string[];
  readonly faults: readonly Fault[];
  readonly leastMs: Readonly<Record<string, number>>;
  readonly workerName: string;
  /** How many rows of history are kept. */
  readonly historyRows: number;
  /** Stages that a child process runs. */
  readonly processChildren: readonly string[];
  /** Stages that only third-party programs run. */
  readonly othersStages: readonly string[];
}

/** A thread's settings. They can change before each sector and at a reload. */
export type SettingsOfThread = StageSettings &
  ThreadSettings & {
    readonly deadlines: Deadlines;
    readonly stores: readonly AttachedStore[];
    /** How many times in a row a current job may have nothing to do before the hot configuration is read again. */
    readonly requestTaskMaxRetries: number;
    /** The next job's plan; the current job keeps its own. */
    readonly plan: PlanName;
  };

export type ThreadNews =
  | { readonly type: 'view'; readonly view: ThreadView }
  | { readonly type: 'row'; readonly row: HistoryRow }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'event'; readonly event: StageEvent }
  | { readonly type: 'stopped' };
