/** Rebuilds: the files of a lost sector are made again from its ticket and pieces. */
import type { RebuildJob } from '../../protocol/jobs.js';
import { isInteractive, type SectorId } from '../../protocol/sector.js';
import { piecesOf, sealedAs } from '../sectors/facts.js';
import { isHeld } from '../sectors/life.js';
import { type Asked, type JobDesk, notPossible } from './desk.js';
import type { JobSpec } from './hands.js';
import { isOfKind, type Job } from './life.js';

/** A worker that is silent about its sector for this long counts as having lost it, ms. */
const goneMs = 600_000;

export class Rebuilds {
  constructor(private readonly desk: JobDesk) {}

  /** Marks the sector as lost. @throws sector_not_found, state_not_possible */
  add(id: SectorId, wish: Asked): Job {
    const { store, lives, book, clock } = this.desk;
    const life = lives.of(id);
    const { abortReason, finalized, worker, heardMs, givenMs, proofType } = life;
    if (abortReason !== null) throw notPossible(id, `was aborted: ${abortReason}`);
    const isAlive = isHeld(life, clock.now()) && clock.now() - (heardMs ?? givenMs) < goneMs;
    if (!finalized && isAlive)
      throw notPossible(id, `is alive: ${worker?.Instance ?? 'a worker'} works on it, at ${life.state}`);
    const submission = isInteractive(life) ? 'it was never pre-committed' : 'its proof was never submitted';
    if (!sealedAs(life)) throw notPossible(id, `cannot be rebuilt: ${submission}`);
    this.desk.checkNoJob(id);
    const asked = this.desk.asked(wish);
    return store.together(() => {
      lives.keep(id, { lost: { by: asked.by, reason: asked.reason, atMs: asked.atMs } });
      const task = { kind: 'rebuild', reserved: null, persistedIn: null } as const;
      return book.add({ task, sector: id, proofType, asked });
    });
  }

  allocate(spec: JobSpec): RebuildJob | null {
    const given = this.desk.give('rebuild', spec);
    const sealed = given && sealedAs(given.life);
    // Null only without a job: `add` refuses a sector that has none.
    if (!sealed) return null;
    const { upgraded } = given.life;
    return {
      ...given.answer,
      Ticket: sealed.Ticket,
      Pieces: piecesOf(given.life),
      IsSnapUp: upgraded !== null,
      UpgradePublic: upgraded && { CommR: sealed.CommR },
      CommR: sealed.CommR,
      CommRNew: upgraded?.CommR ?? null,
    };
  }

  /**
   * Records where the files were put; false if the store is not the reserved one, or the job is over; null if no
   * rebuild of the sector is held.
   */
  submitPersisted(id: SectorId, instance: string): boolean | null {
    const job = this.desk.held('rebuild', id);
    if (!job) return null;
    const { state, task } = job.life;
    const isThere = state === 'given' && (task.reserved === null || task.reserved === instance);
    if (isThere) this.desk.book.keep(job, { task: { ...task, persistedIn: instance } });
    return isThere;
  }

  /**
   * Ends a rebuild: the sector is no longer lost, and its files are in the new store. Returns whether `job` was one
   * that could end.
   */
  finish(id: SectorId, job: Job): boolean {
    if (!isOfKind(job, 'rebuild') || job.life.state !== 'given') return false;
    const { persistedIn } = job.life.task;
    if (persistedIn === null) return false;
    const { store, lives, book } = this.desk;
    const { upgraded } = lives.of(id);
    store.together(() => {
      const place = upgraded && { ...upgraded, instance: persistedIn };
      lives.keep(id, { persistedIn, upgraded: place, lost: null });
      book.keep(job, { state: 'done', isHeld: false, failure: null, planState: 'Finished' });
    });
    return true;
  }
}
