/** What the jobs of every kind share: how one is requested and given, and what its sector must be. */
import type { WallClock } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { JobKind } from '../../protocol/job-view.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import type { Allocated } from '../../protocol/sector-answers.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { SectorLife } from '../sectors/life.js';
import type { Lives } from '../sectors/lives.js';
import { JobBook } from './book.js';
import { JobHands, type JobSpec, requestOf } from './hands.js';
import { isWanted, type Job, type JobTask, type NewJob, type TaskOf } from './life.js';

export interface DeskOptions {
  readonly store: FleetStore;
  readonly lives: Lives;
  readonly clock: WallClock;
  /** How long a worker that was given a job may take until its first report of it, ms. */
  readonly heartbeatMs: number;
}

/** Who requests a job, and why. */
export interface Asked {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** A job of a sector that was given to a worker. `answer`: the fields that the answer has for every kind. */
export interface Given<T extends JobTask> {
  readonly task: T;
  readonly life: SectorLife;
  readonly answer: { readonly Request?: string; readonly Sector: Allocated };
}

export class JobDesk {
  readonly store: FleetStore;
  readonly lives: Lives;
  readonly clock: WallClock;
  readonly book: JobBook;
  readonly #hands: JobHands;

  constructor({ store, lives, clock, heartbeatMs }: DeskOptions) {
    this.store = store;
    this.lives = lives;
    this.clock = clock;
    this.book = new JobBook(store, clock);
    this.#hands = new JobHands(this.book, clock, heartbeatMs);
  }

  asked({ by, reason }: Asked): NewJob['asked'] {
    return { by: by ?? 'operator', reason: reason || null, atMs: this.clock.now() };
  }

  /** @throws sector_not_found */
  give<K extends JobKind>(
    kind: K,
    spec: JobSpec,
    isWanted?: (job: Job<TaskOf<K>>) => boolean,
  ): Given<TaskOf<K>> | null {
    const job = this.#hands.give(kind, spec, isWanted);
    if (!job?.life.sector) return null;
    const { sector, proofType, task } = job.life;
    const Sector = { ID: { Miner: sector.miner, Number: sector.number }, ProofType: proofType };
    return { task, life: this.lives.of(sector), answer: { ...requestOf(job), Sector } };
  }

  /** The sector's latest job of that kind that a worker holds. */
  held<K extends JobKind>(kind: K, id: SectorId): Job<TaskOf<K>> | undefined {
    return this.#hands.held(kind, id);
  }

  /** The life of a sector that is finalized and stored. @throws sector_not_found, state_not_possible */
  finishedLife(id: SectorId): SectorLife {
    const life = this.lives.of(id);
    if (life.abortReason !== null) throw notPossible(id, `was aborted: ${life.abortReason}`);
    if (!life.finalized)
      throw notPossible(
        id,
        `is not finished: it is at ${life.state}, wait until \`util sealer sectors\` says Finished`,
      );
    if (life.persistedIn === null)
      throw notPossible(id, 'is finished, but no worker reported where its files are');
    if (life.lost) throw notPossible(id, 'is lost: it has to be rebuilt first');
    return life;
  }

  /** @throws state_not_possible if a job of the sector is not over */
  checkNoJob(id: SectorId): void {
    const job = this.book.ofSector(id).find(({ life }) => isWanted(life));
    if (job) throw notPossible(id, `has a job that is not over: ${job.id}; wait for it, or cancel it`);
  }
}

export function notPossible(id: SectorId, why: string): SealvisorError {
  return new SealvisorError('state_not_possible', `sector ${formatSectorId(id)} ${why}`);
}

/** How the worker learns that an operator ended its sector or job. */
export function howTold(worker: SectorLife['worker']): string {
  if (!worker) return 'no worker has reported it yet';
  return `${worker.Instance} is notified with its next heartbeat or report`;
}
