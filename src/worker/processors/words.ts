/** Interfaces between the processor children and the rest of the worker. */

import type { Tree } from '../../actors/index.js';
import type { Emit } from '../../protocol/events/table.js';
import type { Progress, ThreadView } from '../../protocol/thread.js';
import type { FrozenProcess } from '../../protocol/worker.js';
import type { TaskPart } from '../../sealing/task-parts.js';
import type { ProcessAnswer } from '../border/contract.js';
import type { ProcessorCommand } from './command.js';
import type { Dumps } from './dumps.js';
import type { FreezeDesk } from './freezing.js';
import type { ProcessSeats } from './seats.js';

export interface ProcessorsOptions {
  readonly processors: readonly ProcessorCommand[];
  /** How many threads may hold each lock at once. @default {} */
  readonly locks?: Readonly<Record<string, number>>;
  /** Identifies the owner of the children: the same for every worker of this home (`homeMark`). */
  readonly mark: string;
  readonly emit: Emit;
  /** Largest output that is passed on, bytes. @default 4 GiB */
  readonly largestOutput?: () => number;
  /** A task's progress, reported by its child. */
  readonly onProgress: (index: number, progress: Progress) => void;
  /** The state of a thread's process has changed. */
  readonly onWork?: (index: number) => void;
  /** May take lines that are not answers. @default none: they are logged */
  readonly dumps?: Pick<Dumps, 'watch' | 'take'>;
}

export interface Work {
  readonly name: string;
  readonly pid: number;
  readonly frozenBytes?: number;
  /** It was started for an earlier incarnation. */
  readonly isLeft: boolean;
}

/** The desk that admits threads, as the processors see it. */
export interface SeatDesk {
  /** A child or a lock may have become available. */
  look(): void;
  /** Whether a thread waits only for a child or its locks. */
  isAtTheDoor(index: number): boolean;
}

export interface Processors extends FreezeDesk, Pick<ProcessSeats, 'arrive' | 'blockedBy' | 'take' | 'free'> {
  /** The stages that children do. */
  readonly stages: readonly string[];
  /**
   * The answer to the same task, left by an earlier incarnation of the thread. Null when there is none: any other task
   * that was left has ended by then, and no process writes the thread's files.
   */
  takeUp(index: number, stage: string, digest: string): Promise<ProcessAnswer | null>;
  /**
   * Makes a child do a task (its JSON, in parts) for a thread; a long output goes to the file `into`.
   * @throws process_gone at once when the stage has no living child, unless the worker ended one itself and is restarting it
   */
  request(
    index: number,
    stage: string,
    task: readonly TaskPart[],
    digest: string,
    into?: string,
  ): Promise<ProcessAnswer>;
  /** The process that works for a thread now, or is frozen for it. */
  workOf(index: number): Work | null;
  /** The thread has died in this state: its work continues, or stays frozen. */
  leave(index: number, view: ThreadView): void;
  /** The thread has a new view: work of an ended sector, and work left or frozen for another state, is dropped. */
  shown(view: ThreadView): void;
  /** Threads with work under this limit that an earlier incarnation left. */
  leftAt(limit: string): readonly number[];
  /** The frozen processes, one entry per thread. */
  frozen(): readonly FrozenProcess[];
  /** Ends the processes that an earlier worker left, and starts the children under a supervisor. @throws start_failed; nothing is left running */
  start(): Promise<Tree>;
}
