/** A check, and the session that it gets. */
import type { Found } from './found.js';
import type { SampleTask } from './sample-tasks.js';
import type { Trial } from './trial.js';

/** What the checks share: the processes that were started, one after another. */
export interface Session {
  readonly stage: string;
  readonly sample: SampleTask;
  readonly stableWaitMs: number;
  /** How long an answer may take, in ms. */
  readonly timeoutMs: number;
  /** Whether several of the sample's tasks may run at the same time. */
  readonly isSafeAtOnce: boolean;
  readonly trials: readonly Trial[];
  start(): Promise<Trial>;
  /** The running process, or a new one if it has ended. */
  up(): Promise<Trial>;
}

export interface Check {
  readonly name: string;
  /** Whether the check applies to this sample's stage. @default to every stage */
  readonly isFor?: (sample: SampleTask) => boolean;
  /** Name of the check that must have passed first; else this one is skipped. */
  readonly needs?: string;
  readonly run: (session: Session) => Promise<Found>;
  /** What to do when the check does not pass. */
  readonly advice: string;
}
