/** One job other than sealing, as the manager keeps it. */
import type { JobKind, JobState } from '../../protocol/job-view.js';
import type { StateReport } from '../../protocol/sealer.js';
import type { SectorId } from '../../protocol/sector.js';
import type { Deal } from '../../protocol/sector-answers.js';

export interface SnapUpTask {
  readonly kind: 'snapup';
  readonly pieces: readonly Deal[];
  /** The store that was chosen for its files. */
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
  /** The request it was last given under (src/protocol/identity.ts); null = its worker sent none. */
  readonly request: string | null;
  /** Earlier requests it was given under, whose workers never reported it. */
  readonly earlier: readonly string[];
  /** True from its allocation until its worker reports that it no longer has it. */
  readonly isHeld: boolean;
  readonly worker: StateReport['Worker'] | null;
  /** When its worker last reported it, since it was given. */
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

/** The fields of a job that no worker has. */
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

/** Who ended a job: the name of its worker, or 'worker' if it is unknown. */
export function workerOf({ life: { worker } }: Job): string {
  return worker?.Instance ?? 'worker';
}

/** Whether it is still to be done. */
export function isWanted({ state }: JobLife): boolean {
  return state === 'waiting' || state === 'given';
}

/** Whether it is still to be done, or a worker still has it. */
export function isOpen(life: JobLife): boolean {
  return isWanted(life) || life.isHeld;
}

/** Workers report what they hold every three minutes by default: after this much silence a worker counts as gone, ms. */
const goneMs = 600_000;

/** Its worker has not reported it within `firstMs`, or not for `goneMs` since: it may have died. */
export function isSilent({ worker, heardMs, sinceMs }: JobLife, nowMs: number, firstMs: number): boolean {
  return worker === null ? nowMs - sinceMs >= firstMs : nowMs - (heardMs ?? sinceMs) >= goneMs;
}
