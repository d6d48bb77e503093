/** Gives jobs into workers' hands, one of a sector at a time: what a worker tells names the sector alone. */
import type { WallClock } from '../../protocol/clock.js';
import type { Asking } from '../../protocol/identity.js';
import type { JobKind } from '../../protocol/job-view.js';
import type { AllowedSpec } from '../../protocol/jobs.js';
import type { SectorId } from '../../protocol/sector.js';
import { isAllowed } from '../sectors/allowed.js';
import type { JobBook } from './book.js';
import { isOfKind, isSilent, type Job, type TaskOf, waitingAgain } from './life.js';

export interface JobHands {
  /** The one of the same request, the first that waits, or one whose worker was never heard of; null = none. */
  give<K extends JobKind>(
    kind: K,
    spec: AllowedSpec & Pick<Asking, 'Request'>,
    isWanted?: (job: Job<TaskOf<K>>) => boolean,
  ): Job<TaskOf<K>> | null;
  /** The latest of the sector that a worker has. */
  held<K extends JobKind>(kind: K, id: SectorId): Job<TaskOf<K>> | undefined;
}

/** `firstMs`: how long a worker may take from a job's answer to its first word about it. */
export function jobHands(book: JobBook, clock: WallClock, firstMs: number): JobHands {
  const isFree = (job: Job, nowMs: number) => {
    const { sector, state } = job.life;
    const isAtHand =
      state === 'waiting' || (state === 'given' && isSilent(job.life, nowMs, firstMs) && isUnheard(job));
    if (!isAtHand || sector === null) return false;
    const others = book.ofSector(sector).filter(({ seq }) => seq !== job.seq);
    return others.every(
      ({ life }) => !life.isHeld || (life.state !== 'given' && isSilent(life, nowMs, firstMs)),
    );
  };
  return {
    give: (kind, spec, isWanted = () => true) => {
      const nowMs = clock.now();
      const open = book.open();
      const again = open.find((job) => isOfKind(job, kind) && isGivenUnder(job, spec.Request));
      if (again && isOfKind(again, kind)) return again;
      for (const job of open) {
        const { sector, proofType, given } = job.life;
        if (!isOfKind(job, kind) || sector === null) continue;
        if (!isAllowed(spec.AllowedMiners, sector.miner)) continue;
        if (!isAllowed(spec.AllowedProofTypes, proofType)) continue;
        if (!isFree(job, nowMs) || !isWanted(job)) continue;
        const facts = { ...waitingAgain, state: 'given', isHeld: true, given: given + 1 } as const;
        return book.keep(job, { ...facts, ...givenUnder(job, spec.Request), sinceMs: nowMs, end: null });
      }
      return null;
    },
    held: (kind, id) => {
      const held = book.ofSector(id).filter((job) => isOfKind(job, kind) && job.life.isHeld);
      const job = held.at(-1);
      return job && isOfKind(job, kind) ? job : undefined;
    },
  };
}

/** Whether it is in the hands of who asks again: the answer was lost. */
export function isGivenUnder({ life }: Job, request: string | null | undefined): boolean {
  return typeof request === 'string' && life.request === request && life.state === 'given';
}

/** What an answer says of its request; nothing where there was none. */
export function requestOf({ life }: Job): { readonly Request?: string } {
  return life.request === null ? {} : { Request: life.request };
}

export function givenUnder({ life }: Job, request: string | null | undefined) {
  const earlier = life.request === null ? life.earlier : [...life.earlier, life.request];
  return { request: request ?? null, earlier };
}

/** One that its worker told of is its worker's, however long it is silent: as a sector is. An operator takes it back. */
function isUnheard({ life }: Job): boolean {
  return life.worker === null;
}
