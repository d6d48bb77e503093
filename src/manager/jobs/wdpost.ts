/** Window proofs: sectors that are kept are proven over a seed of the chain. */
import { SealvisorError } from '../../protocol/errors.js';
import type { JobService, WdPostJob, WdPostOutput, WdPostSector } from '../../protocol/jobs.js';
import { proofTypeOfNumber, proofTypesOfSize, type SectorId, windowProofsOf } from '../../protocol/sector.js';
import { isAllowed } from '../sectors/allowed.js';
import { commitmentsOf, storeOf } from '../sectors/facts.js';
import type { SectorLife } from '../sectors/life.js';
import { type Asked, askedOf, finishedLife, type JobDesk, notPossible } from './desk.js';
import { givenUnder, isGivenUnder, requestOf } from './hands.js';
import { isOfKind, type Job, type TaskOf, waitingAgain } from './life.js';

type WdPost = Job<TaskOf<'wdpost'>>;
type Spec = Parameters<JobService['wdPoStAllocateJobs']>[0];

/** A job whose workers told an error so often is failed. */
const mostErrors = 3;

export interface WdPostOptions {
  readonly miner: number;
  readonly proofType: number;
  /** A job of which nothing is heard for so long is another worker's, ms. */
  readonly heartbeatMs: number;
}

export function wdPostJobs(desk: JobDesk, { miner, proofType, heartbeatMs }: WdPostOptions) {
  const { lives, book, chain, clock } = desk;

  const isFree = ({ life }: WdPost) =>
    life.state === 'waiting' ||
    (life.state === 'given' && clock.now() - (life.heardMs ?? life.sinceMs) >= heartbeatMs);

  /** However they were sealed, sectors of a size are proven together. */
  const { size } = proofTypeOfNumber(proofType);
  const isOfSize = (life: Pick<SectorLife, 'proofType'>) => proofTypeOfNumber(life.proofType).size === size;

  const provable = (id: SectorId) => {
    const life = finishedLife(desk, id);
    if (!commitmentsOf(life)) throw notPossible(id, 'cannot be proven: its CommR was never reported here');
    return life;
  };

  /** All that can be proven. @throws state_not_possible when there is none */
  const every = (): readonly number[] => {
    const all = lives
      .all()
      .filter(
        ({ id, life }) => id.miner === miner && life.finalized && !life.lost && life.persistedIn !== null,
      )
      .filter(({ life }) => commitmentsOf(life) !== null && isOfSize(life));
    if (all.length > 0) return all.map(({ id }) => id.number);
    throw new SealvisorError(
      'state_not_possible',
      `miner ${miner} has no finished sector: there is nothing to prove`,
    );
  };

  /** @throws sector_not_found, state_not_possible, usage */
  const named = (ids: readonly SectorId[]): readonly number[] => {
    if (ids.length === 0)
      throw new SealvisorError('usage', '--sectors names none: write s-t010000-2,s-t010000-3');
    for (const id of ids)
      if (!isOfSize(provable(id))) throw notPossible(id, 'has another size than the others');
    return [...new Set(ids.map(({ number }) => number))].toSorted((one, other) => one - other);
  };

  const replica = (number: number): WdPostSector => {
    const life = lives.of({ miner, number });
    const instance = storeOf(life) ?? '';
    return {
      SectorId: number,
      CommR: commitmentsOf(life)?.CommR ?? [],
      Upgrade: life.upgraded !== null,
      Accesses: { SealedFile: instance, CacheDir: instance },
    };
  };

  /** @throws job_not_found */
  const jobOf = (id: string): WdPost => {
    const job = book.of(id);
    if (isOfKind(job, 'wdpost')) return job;
    throw new SealvisorError('job_not_found', `${id} is not a window proof`);
  };

  return {
    /** @throws sector_not_found, state_not_possible, usage */
    add: (asked: Asked & { readonly sectors?: readonly SectorId[] | undefined }): Job => {
      const numbers = asked.sectors ? named(asked.sectors) : every();
      const seed = chain.randomness('post', miner, 0, chain.epoch());
      const task = { kind: 'wdpost', miner, numbers, seed, errors: 0, output: null } as const;
      return book.add({ task, sector: null, proofType, asked: askedOf(asked, clock) });
    },

    allocate: (spec: Spec, num: number, worker: string): readonly WdPostJob[] => {
      const names = windowProofNames(proofType);
      if (!isAllowed(spec.AllowedMiners, miner) || !isAllowed(spec.AllowedProofTypes, ...names)) return [];
      const free = book
        .open()
        .filter((job) => isOfKind(job, 'wdpost'))
        .filter((job) => isFree(job) || isGivenUnder(job, spec.Request));
      // What a worker had when it died is its own again first.
      const own = (job: WdPost) => job.life.worker?.Instance === worker;
      const again = (job: WdPost) => isGivenUnder(job, spec.Request);
      const first = [
        ...free.filter(again),
        ...free.filter((job) => !again(job) && own(job)),
        ...free.filter((job) => !again(job) && !own(job)),
      ];
      return first.slice(0, num).map((job) => {
        const { task, given } = job.life;
        const nowMs = clock.now();
        const hand = { state: 'given', isHeld: true, worker: { Instance: worker, Location: '' } } as const;
        const kept = book.keep(job, {
          ...hand,
          ...(again(job) ? {} : givenUnder(job, spec.Request)),
          ...{ sinceMs: nowMs, heardMs: nowMs, given: given + 1 },
        });
        return {
          Id: job.id,
          ...requestOf(kept),
          Input: {
            Sectors: task.numbers.map(replica),
            MinerId: task.miner,
            ProofType: names[0],
            Seed: [...Buffer.from(task.seed, 'base64')],
          },
        };
      });
    },

    /** @throws job_not_found, state_not_possible, naming what is not the worker's any more; the others are kept */
    heartbeat: (ids: readonly string[], worker: string): void => {
      const refusals = ids.flatMap((id) => {
        const job = jobOf(id);
        const { state, end, worker: of } = job.life;
        if (state === 'given' && of?.Instance === worker) {
          book.keep(job, { heardMs: clock.now() });
          return [];
        }
        if (state === 'given') return [`${id} is ${of?.Instance ?? 'another worker'}'s now`];
        return [`${id} is ${state}${end ? `: ${end.reason}` : ''}`];
      });
      if (refusals.length > 0) throw new SealvisorError('state_not_possible', refusals.join('; '));
    },

    /** A proof is a proof, whoever has the job by now; of a job that is over it changes nothing. @throws job_not_found, state_not_possible */
    finish: (id: string, output: WdPostOutput | null, errorReason: string): void => {
      const job = jobOf(id);
      const { state, task, worker, end } = job.life;
      if (state === 'cancelled')
        throw new SealvisorError('state_not_possible', `${id} was cancelled:  ${end?.reason}`);
      if (state === 'done' || state === 'failed') return;
      if (errorReason !== '' || output === null) {
        const reason = errorReason || 'the worker reported neither a proof nor an error';
        const errors = task.errors + 1;
        const facts = { task: { ...task, errors }, end: { reason, by: worker?.Instance ?? 'worker' } };
        if (errors < mostErrors) book.keep(job, { ...waitingAgain, ...facts });
        else book.keep(job, { ...facts, state: 'failed', isHeld: false });
        return;
      }
      const { proofs, faults } = output;
      const told = { proofs: proofs.length, faults: [...faults] };
      book.keep(job, { state: 'done', isHeld: false, end: null, task: { ...task, output: told } });
    },
  };
}

/** The name of the window proof of a sector's proof type as upstream's workers read it, and others that mean the same. */
export function windowProofNames(proofType: number): readonly [string, ...string[]] {
  const type = proofTypeOfNumber(proofType);
  const [usual, chains] = windowProofsOf(type);
  const sealed = proofTypesOfSize(type.size).map(({ registered }) => registered);
  return [usual, chains, chains.replace(/V1_1$/, 'V1'), ...sealed];
}
