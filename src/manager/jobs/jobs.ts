/** Jobs other than sealing: requested by operators, done by workers (docs/spec.md#rpc). */
import type { JobKind, JobsReply, JobView } from '../../protocol/job-view.js';
import type { StoreInfo } from '../../protocol/jobs.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { someOf } from '../../protocol/some-of.js';
import { type Offered, type Wanted, whyNoJob } from '../sectors/why-none.js';
import { type Asked, type DeskOptions, howTold, JobDesk } from './desk.js';
import { isOfKind, isWanted, type Job, jobsOfKind } from './life.js';
import { Rebuilds } from './rebuild.js';
import { JobReports } from './reports.js';
import { type UpgradeOptions, Upgrades } from './snapup.js';
import { Unseals, type UnsealWish } from './unseal.js';
import { countText, jobView } from './view.js';
import { type WdPostOptions, type WdPostWish, WindowProofs, windowProofNames } from './wdpost.js';

export interface JobsOptions extends DeskOptions, UpgradeOptions, WdPostOptions {}

export class Jobs {
  readonly snapUp: Upgrades;
  readonly rebuild: Rebuilds;
  readonly unseal: Unseals;
  readonly wdPost: WindowProofs;
  /** What workers report of them. */
  readonly reports: JobReports;
  readonly #desk: JobDesk;

  constructor(private readonly options: JobsOptions) {
    const desk = new JobDesk(options);
    this.#desk = desk;
    this.snapUp = new Upgrades(desk, options);
    this.rebuild = new Rebuilds(desk);
    this.unseal = new Unseals(desk);
    this.wdPost = new WindowProofs(desk, options);
    this.reports = new JobReports(desk, this.rebuild);
  }

  /** @throws sector_not_found, state_not_possible, usage */
  async addSnapUp(
    id: SectorId,
    wish: Asked & { readonly pieces: string },
    signal: AbortSignal,
  ): Promise<JobsReply> {
    const job = await this.snapUp.add(id, wish, signal);
    const count = isOfKind(job, 'snapup') ? job.life.task.pieces.length : 0;
    return added([job], `sector ${formatSectorId(id)} is to be upgraded with ${countText(count, 'piece')}`);
  }

  /** @throws sector_not_found, state_not_possible */
  addRebuild(id: SectorId, wish: Asked): JobsReply {
    const job = this.rebuild.add(id, wish);
    return added([job], `sector ${formatSectorId(id)} counts as lost until it is rebuilt`);
  }

  /** @throws sector_not_found, state_not_possible, piece_missing, usage */
  addUnseal(id: SectorId, wish: UnsealWish): JobsReply {
    const jobs = this.unseal.add(id, wish);
    return added(jobs, `${countText(jobs.length, 'piece')} of sector ${formatSectorId(id)} to be unsealed`);
  }

  /** @throws sector_not_found, state_not_possible, usage */
  addWdPost(wish: WdPostWish): JobsReply {
    const job = this.wdPost.add(wish);
    const count = isOfKind(job, 'wdpost') ? job.life.task.numbers.length : 0;
    return added([job], `${countText(count, 'sector')} to be proven`);
  }

  /** Chooses the store for a sector's files: the first candidate that the worker names. Null if it names none. */
  reserveSpace(id: SectorId, candidates: readonly string[]): StoreInfo | null {
    const [first] = candidates;
    if (first === undefined) return null;
    const { book } = this.#desk;
    const job = book.ofSector(id).findLast(({ life }) => life.state === 'given');
    // The files that are delivered later must be there.
    if (job && isOfKind(job, 'snapup')) book.keep(job, { task: { ...job.life.task, reserved: first } });
    if (job && isOfKind(job, 'rebuild')) book.keep(job, { task: { ...job.life.task, reserved: first } });
    return storeInfo(first);
  }

  /**
   * An operator cancels a job: its worker learns of it with its next heartbeat or report.
   * @throws job_not_found, state_not_possible
   */
  cancel(id: string, wish: Asked): JobsReply {
    const job = this.#desk.book.of(id);
    const { state, end, worker } = job.life;
    const unchanged = (message: string) => ({ changed: false, message, jobs: [jobView(job)] });
    if (state === 'cancelled') return unchanged(`${id} was cancelled already: ${end?.reason}`);
    if (!isWanted(job.life)) return unchanged(`${id} is over: it is ${state}`);
    const kept = this.#cancelled(job, wish);
    return {
      changed: true,
      message: `${id} is cancelled${state === 'given' ? `: ${howTold(worker)}` : ''}`,
      jobs: [jobView(kept)],
    };
  }

  /** Why no job of a kind was given. */
  whyNone(kind: JobKind, wanted: Wanted): string {
    const jobs = jobsOfKind(this.#desk.book.open(), kind);
    return whyNoJob(
      kind,
      wanted,
      jobs.map((job) => this.#offered(job)),
    );
  }

  /** CIDs of pieces that sealers do not get: those of a job, or put aside for one. */
  pieces(): readonly string[] {
    return [...this.#desk.store.asidePieces(), ...this.snapUp.pieces()];
  }

  ofSector(id: SectorId): readonly Job[] {
    return this.#desk.book.ofSector(id);
  }

  /** The sector's job that is not over; null if there is none. */
  openOf(id: SectorId): JobView | null {
    const job = this.ofSector(id).find(({ life }) => isWanted(life));
    return job ? jobView(job) : null;
  }

  /** @throws job_not_found */
  view(id: string): JobView {
    return jobView(this.#desk.book.of(id));
  }

  list(): readonly JobView[] {
    return this.#desk.book.all().map(jobView);
  }

  #cancelled(job: Job, wish: Asked): Job {
    const { store, lives, book } = this.#desk;
    const { sector, task, isHeld } = job.life;
    const { by, reason } = this.#desk.asked(wish);
    const end = { by, reason: reason ?? `cancelled by ${by} at the manager` };
    return store.together(() => {
      // Cancelling the rebuild means that the sector was not lost.
      if (task.kind === 'rebuild' && sector) lives.keep(sector, { lost: null });
      // A cancelled window proof is not held: it has no reports, and its worker learns of it with its heartbeat.
      return book.keep(job, { state: 'cancelled', end, isHeld: isHeld && sector !== null });
    });
  }

  /** A window proof does not belong to one sector, and its proof type has names of its own. */
  #offered({ life }: Job): Offered {
    if (life.sector !== null) return { miner: life.sector.miner, proofType: life.proofType };
    const { miner, proofType } = this.options;
    return { miner, proofType, proofNames: windowProofNames(proofType) };
  }
}

function added(jobs: readonly Job[], what: string): JobsReply {
  return {
    changed: true,
    message: `${someOf(jobs.map(({ id }) => id))}: ${what}`,
    jobs: jobs.map(jobView),
  };
}

/** Only the store's name is known here; the workers know where it is mounted. */
export function storeInfo(name: string): StoreInfo {
  return { Name: name, Path: '', Meta: {} };
}
