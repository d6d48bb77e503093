/** Gives jobs to workers, one at a time for each sector: a worker's reports name only the sector. */
import type { WallClock } from '../../protocol/clock.js';
import type { Asking } from '../../protocol/identity.js';
import type { JobKind } from '../../protocol/job-view.js';
import type { AllowedSpec } from '../../protocol/jobs.js';
import type { SectorId } from '../../protocol/sector.js';
import { isAllowed } from '../sectors/allowed.js';
import type { JobBook } from './book.js';
import { isSilent, type Job, jobsOfKind, type TaskOf, waitingAgain } from './life.js';

/** A worker's request for a job of a sector. */
export type JobSpec = AllowedSpec & Pick<Asking, 'Request'>;

export class JobHands {
  /** `firstMs`: how long a worker that was given a job may take until its first report of it. */
  constructor(
    private readonly book: JobBook,
    private readonly clock: WallClock,
    private readonly firstMs: number,
  ) {}

  /** The job of the same request, else the first that waits or whose worker never reported it; null = none. */
  give<K extends JobKind>(
    kind: K,
    spec: JobSpec,
    isWanted: (job: Job<TaskOf<K>>) => boolean = () => true,
  ): Job<TaskOf<K>> | null {
    const jobs = jobsOfKind(this.book.open(), kind);
    const again = jobs.find((job) => isGivenUnder(job, spec.Request));
    if (again) return again;
    const nowMs = this.clock.now();
    const free = jobs.find((job) => isOfSpec(job, spec) && this.#isFree(job, nowMs) && isWanted(job));
    if (!free) return null;
    const facts = { ...waitingAgain, state: 'given', isHeld: true, given: free.life.given + 1 } as const;
    return this.book.keep(free, { ...facts, ...givenUnder(free, spec.Request), sinceMs: nowMs, end: null });
  }

  /** The sector's latest job of that kind that a worker holds. */
  held<K extends JobKind>(kind: K, id: SectorId): Job<TaskOf<K>> | undefined {
    return jobsOfKind(this.book.ofSector(id), kind).findLast(({ life }) => life.isHeld);
  }

  #isFree(job: Job, nowMs: number): boolean {
    const { sector, state } = job.life;
    const isAtHand =
      state === 'waiting' || (state === 'given' && isSilent(job.life, nowMs, this.firstMs) && isUnheard(job));
    if (!isAtHand || sector === null) return false;
    const others = this.book.ofSector(sector).filter(({ seq }) => seq !== job.seq);
    return others.every(
      ({ life }) => !life.isHeld || (life.state !== 'given' && isSilent(life, nowMs, this.firstMs)),
    );
  }
}

function isOfSpec({ life: { sector, proofType } }: Job, { AllowedMiners, AllowedProofTypes }: JobSpec) {
  return sector !== null && isAllowed(AllowedMiners, sector.miner) && isAllowed(AllowedProofTypes, proofType);
}

/** Whether the job was already given under this request: the answer was lost, and the worker asks again. */
export function isGivenUnder({ life }: Job, request: string | null | undefined): boolean {
  return typeof request === 'string' && life.request === request && life.state === 'given';
}

/** The request, as a field of the answer; no field if there was none. */
export function requestOf({ life }: Job): { readonly Request?: string } {
  return life.request === null ? {} : { Request: life.request };
}

export function givenUnder({ life }: Job, request: string | null | undefined) {
  const earlier = life.request === null ? life.earlier : [...life.earlier, life.request];
  return { request: request ?? null, earlier };
}

/**
 * Once its worker has reported it, a job stays with that worker, however long it is silent, as a sector does; an
 * operator can cancel it.
 */
function isUnheard({ life }: Job): boolean {
  return life.worker === null;
}
