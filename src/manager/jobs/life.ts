/** One job beside sealing as the manager keeps it. */
import type { JobKind, JobState } from '../../protocol/job-view.js';
import type { StateReport } from '../../protocol/sealer.js';
import type { SectorId } from '../../protocol/sector.js';
import type { Deal } from '../../protocol/sector-answers.js';

export interface SnapUpTask {
  readonly kind: 'snapup';
  readonly pieces: readonly Deal[];
  /** The store that was named for its files. */
  readonly reserved: string | null;
}

export interface RebuildTask {
  readonly kind: 'rebuild';
  readonly reserved: string | null;
  readonly persistedIn: string | null;
}

export interface UnsealTask {
  readonly kind: 'unseal';
  readonly cid: string;
  /** Unpadded bytes, as `size`. */
  readonly offset: number;
  readonly size: number;
  readonly payloadSize: number;
  readonly dest: string;
}

export interface WdPostTask {
  readonly kind: 'wdpost';
  readonly miner: number;
  readonly numbers: readonly number[];
  /** Base64 of 32 bytes. */
  readonly seed: string;
  readonly errors: number;
  readonly output: { readonly proofs: number; readonly faults: readonly number[] } | null;
}

export type JobTask = SnapUpTask | RebuildTask | UnsealTask | WdPostTask;
export type TaskOf<K extends JobKind> = Extract<JobTask, { kind: K }>;

export interface JobLife<T extends JobTask = JobTask> {
  readonly task: T;
  readonly sector: SectorId | null;
  readonly proofType: number;
  readonly asked: { readonly by: string; readonly reason: string | null; readonly atMs: number };
  readonly state: JobState;
  readonly sinceMs: number;
  readonly given: number;
  /** Under what it was given last (src/protocol/identity.ts); null = to a worker that says nothing of it. */
  readonly request: string | null;
  /** Requests under which it was given before, and not heard of. */
  readonly earlier: readonly string[];
  /** From its allocation until its worker says that it let go. */
  readonly isHeld: boolean;
  readonly worker: StateReport['Worker'] | null;
  /** When its worker told of it last, since it was given. */
  readonly heardMs: number | null;
  readonly planState: string | null;
  readonly failure: StateReport['Failure'];
  readonly end: { readonly reason: string; readonly by: string } | null;
}

export interface Job<T extends JobTask = JobTask> {
  /** `<kind>-<seq>` */
  readonly id: string;
  readonly seq: number;
  readonly life: JobLife<T>;
}

export type NewJob<T extends JobTask = JobTask> = Pick<JobLife<T>, 'task' | 'sector' | 'proofType' | 'asked'>;

export function newJob(job: NewJob): JobLife {
  return {
    ...job,
    sinceMs: job.asked.atMs,
    given: 0,
    request: null,
    earlier: [],
    end: null,
    ...waitingAgain,
  };
}

/** A job that nobody has. */
export const waitingAgain = {
  state: 'waiting',
  isHeld: false,
  worker: null,
  heardMs: null,
  planState: null,
  failure: null,
} as const satisfies Partial<JobLife>;

export function isOfKind<K extends JobKind>(job: Job, kind: K): job is Job<TaskOf<K>> {
  return job.life.task.kind === kind;
}

export function jobsOfKind<K extends JobKind>(jobs: readonly Job[], kind: K): readonly Job<TaskOf<K>>[] {
  return jobs.filter((job): job is Job<TaskOf<K>> => isOfKind(job, kind));
}

/** Whose word it is that ends a job: the name of its worker, as far as that said it. */
export function workerOf({ life: { worker } }: Job): string {
  return worker?.Instance ?? 'worker';
}

/** It is still to be done. */
export function isWanted({ state }: JobLife): boolean {
  return state === 'waiting' || state === 'given';
}

/** It is still to be done, or a worker has not let go of it. */
export function isOpen(life: JobLife): boolean {
  return isWanted(life) || life.isHeld;
}

/** A worker says the state of what it holds every three minutes, if nothing else is set: so long a silence is its end, ms. */
const goneMs = 600_000;

/** Who has it was never heard of for `firstMs`, or not for long: it may have died. */
export function isSilent({ worker, heardMs, sinceMs }: JobLife, nowMs: number, firstMs: number): boolean {
  return worker === null ? nowMs - sinceMs >= firstMs : nowMs - (heardMs ?? sinceMs) >= goneMs;
}
