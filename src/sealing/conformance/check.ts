/** What a check is, and what it is given. */
import type { Found } from './found.js';
import type { SampleTask } from './sample-tasks.js';
import type { Trial } from './trial.js';

/** What the checks share: the processes that were started, one after another. */
export interface Session {
  readonly stage: string;
  readonly sample: SampleTask;
  readonly stableWaitMs: number;
  /** How long an answer may take, ms. */
  readonly timeoutMs: number;
  /** Whether several of the sample's tasks may be done at the same time. */
  readonly isSafeAtOnce: boolean;
  readonly trials: readonly Trial[];
  start(): Promise<Trial>;
  /** The process that runs; when it has ended, a new one. */
  up(): Promise<Trial>;
}

export interface Check {
  readonly name: string;
  /** It says something of this stage. @default of any */
  readonly isFor?: (sample: SampleTask) => boolean;
  /** It is tried only when this one was ok. */
  readonly needs?: string;
  readonly run: (session: Session) => Promise<Found>;
  /** What to do when it is not ok. */
  readonly advice: string;
}
