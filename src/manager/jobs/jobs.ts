/** Jobs beside sealing: asked for by operators, done by workers (docs/spec.md#rpc). */
import type { WallClock } from '../../protocol/clock.js';
import type { JobKind, JobsReply, JobView } from '../../protocol/job-view.js';
import type { StoreInfo } from '../../protocol/jobs.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { someOf } from '../../protocol/some-of.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { MockChain } from '../chain.js';
import type { Lives } from '../sectors/lives.js';
import { type Offered, type Wanted, whyNoJob } from '../sectors/why-none.js';
import { type JobBook, jobBook } from './book.js';
import { type Asked, askedOf, type JobDesk } from './desk.js';
import { jobHands } from './hands.js';
import { isOfKind, isWanted, type Job } from './life.js';
import { rebuildJobs } from './rebuild.js';
import { jobReports } from './reports.js';
import { snapUpJobs } from './snapup.js';
import { unsealJobs } from './unseal.js';
import { countText, jobView } from './view.js';
import { wdPostJobs, windowProofNames } from './wdpost.js';

export interface JobsOptions {
  readonly store: FleetStore;
  readonly lives: Lives;
  readonly chain: MockChain;
  readonly clock: WallClock;
  /** Directories that pieces may be read from. */
  readonly pieceRoots: readonly string[];
  readonly miner: number;
  readonly proofType: number;
  readonly heartbeatMs: number;
  /** CIDs of the pieces that sectors hold. */
  readonly inSectors: () => ReadonlySet<string>;
}

export type Jobs = ReturnType<typeof jobService>;

export function jobService(options: JobsOptions) {
  const { store, lives, chain, clock, inSectors } = options;
  const book = jobBook(store, clock);
  const desk: JobDesk = {
    store,
    lives,
    book,
    hands: jobHands(book, clock, options.heartbeatMs),
    chain,
    clock,
    pieceRoots: options.pieceRoots,
  };
  const taken = (): ReadonlySet<string> => new Set([...inSectors(), ...snapUp.pieces()]);
  const snapUp = snapUpJobs(desk, taken);
  const rebuild = rebuildJobs(desk);
  const unseal = unsealJobs(desk);
  const wdPost = wdPostJobs(desk, options);
  const asked = (jobs: readonly Job[], what: string): JobsReply => ({
    changed: true,
    message: `${someOf(jobs.map(({ id }) => id))}: ${what}`,
    jobs: jobs.map(jobView),
  });

  return {
    snapUp,
    rebuild,
    unseal,
    wdPost,
    ...jobReports(book, rebuild, clock),
    ofSector: book.ofSector,
    whyNone: whyNone(book, options),

    /** @throws sector_not_found, state_not_possible, usage */
    addSnapUp: async (id: SectorId, wish: Asked & { readonly pieces: string }, signal: AbortSignal) => {
      const job = await snapUp.add(id, wish, signal);
      const count = isOfKind(job, 'snapup') ? job.life.task.pieces.length : 0;
      return asked([job], `sector ${formatSectorId(id)} is to be upgraded with ${countText(count, 'piece')}`);
    },
    /** @throws sector_not_found, state_not_possible */
    addRebuild: (id: SectorId, wish: Asked) =>
      asked([rebuild.add(id, wish)], `sector ${formatSectorId(id)} counts as lost until it is rebuilt`),
    /** @throws sector_not_found, state_not_possible, piece_missing, usage */
    addUnseal: (id: SectorId, wish: Parameters<typeof unseal.add>[1]) => {
      const jobs = unseal.add(id, wish);
      return asked(jobs, `${countText(jobs.length, 'piece')} of sector ${formatSectorId(id)} to be unsealed`);
    },
    /** @throws sector_not_found, state_not_possible, usage */
    addWdPost: (wish: Parameters<typeof wdPost.add>[0]) => {
      const job = wdPost.add(wish);
      const count = isOfKind(job, 'wdpost') ? job.life.task.numbers.length : 0;
      return asked([job], `${countText(count, 'sector')} to be proven`);
    },

    /** Which of a worker's stores is to take a sector's files: the one it names first. */
    reserveSpace: (id: SectorId, candidates: readonly string[]): StoreInfo | null => {
      const [first] = candidates;
      if (first === undefined) return null;
      const job = book.ofSector(id).findLast(({ life }) => life.state === 'given');
      // What is delivered later is looked for there.
      if (job && isOfKind(job, 'snapup')) book.keep(job, { task: { ...job.life.task, reserved: first } });
      if (job && isOfKind(job, 'rebuild')) book.keep(job, { task: { ...job.life.task, reserved: first } });
      return storeInfo(first);
    },

    /** An operator takes a job back: its worker hears so with its next heartbeat or report. @throws job_not_found, state_not_possible */
    cancel: (id: string, wish: Asked): JobsReply => {
      const job = book.of(id);
      const { state, end, sector, task, worker, isHeld } = job.life;
      if (state === 'cancelled')
        return {
          changed: false,
          message: `${id} was cancelled already: ${end?.reason}`,
          jobs: [jobView(job)],
        };
      if (!isWanted(job.life))
        return { changed: false, message: `${id} is over: it is ${state}`, jobs: [jobView(job)] };
      const { by, reason } = askedOf(wish, clock);
      const facts = {
        state: 'cancelled',
        end: { by, reason: reason ?? `cancelled by ${by} at the manager` },
      } as const;
      const kept = store.together(() => {
        // Who takes the rebuild back says that the sector was not lost.
        if (task.kind === 'rebuild' && sector) lives.keep(sector, { lost: null });
        // A window proof has no report to be answered: its worker hears it with its heartbeat.
        return book.keep(job, { ...facts, isHeld: isHeld && sector !== null });
      });
      const told = worker
        ? `${worker.Instance} is notified with its next heartbeat or report`
        : 'no worker has reported it yet';
      return {
        changed: true,
        message: `${id} is cancelled${state === 'given' ? `: ${told}` : ''}`,
        jobs: [jobView(kept)],
      };
    },

    /** CIDs that are not a sealer's: a job's, or put aside for one. */
    pieces: (): readonly string[] => [...store.asidePieces(), ...snapUp.pieces()],
    /** The job of a sector that is not over. */
    openOf: (id: SectorId): JobView | null => {
      const job = book.ofSector(id).find(({ life }) => isWanted(life));
      return job ? jobView(job) : null;
    },
    /** @throws job_not_found */
    view: (id: string): JobView => jobView(book.of(id)),
    list: (): readonly JobView[] => book.all().map(jobView),
  };
}

/** Why none of a kind was given. */
function whyNone({ open }: Pick<JobBook, 'open'>, options: JobsOptions) {
  return (kind: JobKind, wanted: Wanted): string => {
    const jobs = open().filter((job) => isOfKind(job, kind));
    return whyNoJob(
      kind,
      wanted,
      jobs.map((job) => offered(job, options)),
    );
  };
}

/** A window proof is of no one sector, and its proof type goes by names of its own. */
function offered({ life }: Job, { miner, proofType }: JobsOptions): Offered {
  if (life.sector !== null) return { miner: life.sector.miner, proofType: life.proofType };
  return { miner, proofType, proofNames: windowProofNames(proofType) };
}

/** A store is known by its name alone: where it is mounted, its workers know. */
export function storeInfo(name: string): StoreInfo {
  return { Name: name, Path: '', Meta: {} };
}
