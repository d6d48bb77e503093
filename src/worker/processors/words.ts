/** What the rest of the worker asks of its processor children, and is told of them. */

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
  /** How many may have each lock at once. @default {} */
  readonly locks?: Readonly<Record<string, number>>;
  /** Whose children they are: the same for every worker on this home (`homeMark`). */
  readonly mark: string;
  readonly emit: Emit;
  /** Largest output that is handed on, bytes. @default 4 GiB */
  readonly largestOutput?: () => number;
  /** A task's progress, told by its child. */
  readonly onProgress: (index: number, progress: Progress) => void;
  /** What is known of a thread's process has changed. */
  readonly onWork?: (index: number) => void;
  /** Where lines that are not answers may go. @default to the log */
  readonly dumps?: Pick<Dumps, 'watch' | 'take'>;
}

export interface Work {
  readonly name: string;
  readonly pid: number;
  readonly frozenBytes?: number;
  /** It was started for an earlier incarnation. */
  readonly isLeft: boolean;
}

/** The desk that lets threads in, as the processors see it. */
export interface SeatDesk {
  /** A child or a lock may be had that could not be had before. */
  look(): void;
  /** Whether nothing but a child or its locks keeps a thread from going on. */
  isAtTheDoor(index: number): boolean;
}

export interface Processors extends FreezeDesk, Pick<ProcessSeats, 'arrive' | 'blockedBy' | 'take' | 'free'> {
  /** The stages that children do. */
  readonly stages: readonly string[];
  /**
   * The answer to the very same task that an earlier incarnation of the thread has left. Null when there is none: what
   * was left of another is over then, and nobody works at the thread's files.
   */
  takeUp(index: number, stage: string, digest: string): Promise<ProcessAnswer | null>;
  /** Has a child do a task (its JSON, in parts) of a thread; a long output goes into the file `into`. @throws process_gone at once when the children are down */
  request(
    index: number,
    stage: string,
    task: readonly TaskPart[],
    digest: string,
    into?: string,
  ): Promise<ProcessAnswer>;
  /** The process that works for a thread now, or is frozen for it. */
  workOf(index: number): Work | null;
  /** The thread has died in this state: its work continues, and what is frozen stays so. */
  leave(index: number, view: ThreadView): void;
  /** The thread shows this: what is worked at for another state is ended. */
  shown(view: ThreadView): void;
  /** Threads whose earlier incarnations have left a process running under this limit. */
  leftAt(limit: string): readonly number[];
  /** By thread. */
  frozen(): readonly FrozenProcess[];
  /** Ends what an earlier worker left, and starts the children under a supervisor. @throws start_failed; nothing is left running */
  start(): Promise<Tree>;
}
