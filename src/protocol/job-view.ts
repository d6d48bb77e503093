/** A non-sealing job as its manager shows it in REST and on the command line. Times are RFC 3339 UTC. */
import type { ErrorLevel } from './level.js';

export type JobKind = 'snapup' | 'rebuild' | 'unseal' | 'wdpost';

/** `given`: a worker has it; the states after it are final. */
export type JobState = 'waiting' | 'given' | 'done' | 'failed' | 'aborted' | 'cancelled';

export interface JobView {
  /** `<kind>-<n>` */
  readonly id: string;
  readonly kind: JobKind;
  /** The sector it is about; null for a proof of several. */
  readonly sector: string | null;
  readonly state: JobState;
  /** When it entered this state. */
  readonly since: string;
  /** Plan state of its thread, as its worker last reported. */
  readonly planState: string | null;
  readonly worker: { readonly name: string; readonly location: string } | null;
  /** The worker has not released it yet. */
  readonly isHeld: boolean;
  /** How often it was given out. */
  readonly given: number;
  readonly asked: { readonly by: string; readonly reason: string | null; readonly at: string };
  readonly failure: { readonly level: ErrorLevel; readonly message: string } | null;
  /** Its result as text. */
  readonly result: string | null;
  /** Why it ended or was released. */
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

/** Result of a command that requests or cancels jobs. */
export interface JobsReply {
  readonly changed: boolean;
  readonly message: string;
  readonly jobs: readonly JobView[];
}
