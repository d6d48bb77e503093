/** Window proofs: stored sectors are proven with a seed from the chain. */
import { SealvisorError } from '../../protocol/errors.js';
import type { JobService, WdPostJob, WdPostOutput } from '../../protocol/jobs.js';
import { proofTypeOfNumber, proofTypesOfSize, type SectorId, windowProofsOf } from '../../protocol/sector.js';
import type { MockChain } from '../chain.js';
import { isAllowed } from '../sectors/allowed.js';
import type { Asked, JobDesk } from './desk.js';
import { givenUnder, isGivenUnder, requestOf } from './hands.js';
import { isOfKind, type Job, jobsOfKind, type TaskOf, waitingAgain, workerOf } from './life.js';
import { ProvableSectors } from './provable.js';

type WdPost = Job<TaskOf<'wdpost'>>;
type Spec = Parameters<JobService['wdPoStAllocateJobs']>[0];

/** Without `sectors`: all that can be proven. */
export interface WdPostWish extends Asked {
  readonly sectors?: readonly SectorId[] | undefined;
}

export interface WdPostOptions {
  readonly chain: MockChain;
  readonly miner: number;
  readonly proofType: number;
  /** How long a worker may be silent about a job before another worker gets it, ms. */
  readonly heartbeatMs: number;
}

/** A job fails when its workers have reported this many errors. */
const mostErrors = 3;

export class WindowProofs {
  readonly #sectors: ProvableSectors;

  constructor(
    private readonly desk: JobDesk,
    private readonly options: WdPostOptions,
  ) {
    this.#sectors = new ProvableSectors(desk, options);
  }

  /** @throws sector_not_found, state_not_possible, usage */
  add(wish: WdPostWish): Job {
    const { chain, miner, proofType } = this.options;
    const numbers = wish.sectors ? this.#sectors.named(wish.sectors) : this.#sectors.all();
    const seed = chain.randomness('post', miner, 0, chain.epoch());
    const task = { kind: 'wdpost', miner, numbers, seed, errors: 0, output: null } as const;
    return this.desk.book.add({ task, sector: null, proofType, asked: this.desk.asked(wish) });
  }

  allocate(spec: Spec, num: number, worker: string): readonly WdPostJob[] {
    const { miner, proofType } = this.options;
    const names = windowProofNames(proofType);
    if (!isAllowed(spec.AllowedMiners, miner) || !isAllowed(spec.AllowedProofTypes, ...names)) return [];
    const again = (job: WdPost) => isGivenUnder(job, spec.Request);
    // First the jobs that the worker had before it died.
    const own = (job: WdPost) => job.life.worker?.Instance === worker;
    const rank = (job: WdPost) => (again(job) ? 0 : own(job) ? 1 : 2);
    return jobsOfKind(this.desk.book.open(), 'wdpost')
      .filter((job) => this.#isFree(job) || again(job))
      .toSorted((one, other) => rank(one) - rank(other))
      .slice(0, num)
      .map((job) => this.#give(job, spec, worker));
  }

  /** @throws job_not_found; state_not_possible, naming the jobs that the worker no longer has, after the others are recorded */
  heartbeat(ids: readonly string[], worker: string): void {
    const refusals = ids.flatMap((id) => {
      const job = this.#jobOf(id);
      const { state, end, worker: of } = job.life;
      if (state === 'given' && of?.Instance === worker) {
        this.desk.book.keep(job, { heardMs: this.desk.clock.now() });
        return [];
      }
      if (state === 'given') return [`${id} is ${of?.Instance ?? 'another worker'}'s now`];
      return [`${id} is ${state}${end ? `: ${end.reason}` : ''}`];
    });
    if (refusals.length > 0) throw new SealvisorError('state_not_possible', refusals.join('; '));
  }

  /**
   * A proof is accepted even if another worker has the job by now; for a job that is over it changes nothing.
   * @throws job_not_found, state_not_possible
   */
  finish(id: string, output: WdPostOutput | null, errorReason: string): void {
    const job = this.#jobOf(id);
    const { state, task, end } = job.life;
    if (state === 'cancelled')
      throw new SealvisorError('state_not_possible', `${id} was cancelled: ${end?.reason}`);
    if (state === 'done' || state === 'failed') return;
    if (errorReason !== '' || output === null) {
      this.#failed(job, errorReason || 'the worker reported neither a proof nor an error');
      return;
    }
    const { proofs, faults } = output;
    const told = { proofs: proofs.length, faults: [...faults] };
    this.desk.book.keep(job, { state: 'done', isHeld: false, end: null, task: { ...task, output: told } });
  }

  #isFree({ life }: WdPost): boolean {
    const silentMs = this.desk.clock.now() - (life.heardMs ?? life.sinceMs);
    return life.state === 'waiting' || (life.state === 'given' && silentMs >= this.options.heartbeatMs);
  }

  #give(job: WdPost, { Request }: Spec, worker: string): WdPostJob {
    const { task, given } = job.life;
    const nowMs = this.desk.clock.now();
    const kept = this.desk.book.keep(job, {
      ...{ state: 'given', isHeld: true, worker: { Instance: worker, Location: '' } },
      ...(isGivenUnder(job, Request) ? {} : givenUnder(job, Request)),
      ...{ sinceMs: nowMs, heardMs: nowMs, given: given + 1 },
    });
    return {
      Id: job.id,
      ...requestOf(kept),
      Input: {
        Sectors: task.numbers.map((number) => this.#sectors.replica(number)),
        MinerId: task.miner,
        ProofType: windowProofNames(this.options.proofType)[0],
        Seed: [...Buffer.from(task.seed, 'base64')],
      },
    };
  }

  #failed(job: WdPost, reason: string): void {
    const { task } = job.life;
    const errors = task.errors + 1;
    const facts = { task: { ...task, errors }, end: { reason, by: workerOf(job) } };
    const next = errors < mostErrors ? waitingAgain : ({ state: 'failed', isHeld: false } as const);
    this.desk.book.keep(job, { ...next, ...facts });
  }

  /** @throws job_not_found */
  #jobOf(id: string): WdPost {
    const job = this.desk.book.of(id);
    if (isOfKind(job, 'wdpost')) return job;
    throw new SealvisorError('job_not_found', `${id} is not a window proof`);
  }
}

/** The name of the window proof for a sector's proof type that upstream's workers read, then other names for the same. */
export function windowProofNames(proofType: number): readonly [string, ...string[]] {
  const type = proofTypeOfNumber(proofType);
  const [usual, chains] = windowProofsOf(type);
  const sealed = proofTypesOfSize(type.size).map(({ registered }) => registered);
  return [usual, chains, chains.replace(/V1_1$/, 'V1'), ...sealed];
}
