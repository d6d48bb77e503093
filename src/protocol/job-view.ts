/** A job beside sealing as its manager shows it: REST and the command line. Times are RFC 3339 UTC. */
import type { ErrorLevel } from './level.js';

export type JobKind = 'snapup' | 'rebuild' | 'unseal' | 'wdpost';

/** `given`: a worker has it; behind that it is over. */
export type JobState = 'waiting' | 'given' | 'done' | 'failed' | 'aborted' | 'cancelled';

export interface JobView {
  /** `<kind>-<n>` */
  readonly id: string;
  readonly kind: JobKind;
  /** The sector it is about; null for a proof of several. */
  readonly sector: string | null;
  readonly state: JobState;
  /** Since when it is in that state. */
  readonly since: string;
  /** Where its thread stands in the plan, as its worker told last. */
  readonly planState: string | null;
  readonly worker: { readonly name: string; readonly location: string } | null;
  /** The worker has not let go of it yet. */
  readonly isHeld: boolean;
  /** How often it was given. */
  readonly given: number;
  readonly asked: { readonly by: string; readonly reason: string | null; readonly at: string };
  readonly failure: { readonly level: ErrorLevel; readonly message: string } | null;
  /** What came of it, in words. */
  readonly result: string | null;
  /** Why it ended, or was given back. */
  readonly error: { readonly reason: string; readonly by: string } | null;
  readonly facts: JobFacts;
}

export type JobFacts =
  | { readonly pieces: readonly string[] }
  | { readonly persistedIn: string | null }
  | { readonly piece: string; readonly dest: string }
  | {
      readonly sectors: readonly string[];
      readonly proofs: number | null;
      /** Sectors that could not be proven. */
      readonly faults: readonly string[] | null;
    };

/** What happened to a command that asks for jobs, or takes one back. */
export interface JobsReply {
  readonly changed: boolean;
  readonly message: string;
  readonly jobs: readonly JobView[];
}
