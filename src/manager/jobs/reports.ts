/** What a worker tells of a sector is told of the job that it has with it, where it has one; else of the sector's own life. */
import { endStates } from '../../../machines/plan.js';
import { plans } from '../../../machines/plans/index.js';
import type { WallClock } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { StateReport, Verdict } from '../../protocol/sealer.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { isHeardAgain, silenceMs } from '../sectors/life.js';
import type { JobBook } from './book.js';
import { isOfKind, type Job, type JobTask } from './life.js';
import { abortReasonOf, reportsAbort } from './old-abort.js';
import type { RebuildJobs } from './rebuild.js';

export type JobReports = ReturnType<typeof jobReports>;

export function jobReports(book: JobBook, rebuild: Pick<RebuildJobs, 'finish'>, clock: WallClock) {
  const held = (id: SectorId) => book.ofSector(id).filter(({ life }) => life.isHeld);
  return {
    /** Null when it is of no job. */
    reportState: (id: SectorId, report: StateReport): Verdict | null => {
      const { Worker: worker, StateChange, Failure: failure } = report;
      const planState = StateChange.Next;
      const job = jobOf(book.ofSector(id), worker, planState);
      if (!job) return null;
      const nowMs = clock.now();
      // A thread's disk may have moved to another worker; two that say they have it are both let be.
      const isTold =
        isOf(job, worker) || job.life.worker === null || nowMs - (job.life.heardMs ?? 0) >= silenceMs;
      const told = { planState, worker, failure };
      if (job.life.isHeld && isTold && !isHeardAgain(job.life, told, nowMs))
        book.keep(job, { ...told, heardMs: nowMs });
      return verdictOf(job);
    },
    /** The same as a heartbeat names it: whether its report is wanted; null when it is of no job. */
    heard: (id: SectorId, worker: Worker, planState: string) =>
      heardAgain(book, clock, { id, worker, planState }),
    /** Whether it was of a job. @throws state_not_possible for a job that was cancelled */
    reportFinalized: (id: SectorId): boolean => {
      const jobs = held(id);
      const aborted = jobs.find(
        ({ life }) => life.state === 'given' && reportsAbort(life.planState, life.failure),
      );
      if (aborted) {
        const end = { reason: abortReasonOf(aborted.life), by: aborted.life.worker?.Instance ?? 'worker' };
        book.keep(aborted, { isHeld: false, planState: 'Aborted', state: 'aborted', end });
        return true;
      }
      const ready = jobs.find((job) => isOfKind(job, 'rebuild') && rebuild.finish(id, job));
      if (ready) return true;
      const done = jobs.find(({ life }) => life.state === 'done');
      if (done) book.keep(done, { isHeld: false, failure: null, planState: 'Finished' });
      // Its worker let go of what it could not do, and does not abort the sector for that.
      const failed = done ? undefined : jobs.find(({ life }) => life.state === 'failed');
      if (failed) {
        book.keep(failed, { isHeld: false });
        return true;
      }
      const taken = jobs.find(({ life }) => life.state === 'cancelled');
      if (!done && taken)
        throw new SealvisorError(
          'state_not_possible',
          `${taken.id} of sector ${formatSectorId(id)} was cancelled (${taken.life.end?.reason}): it cannot be finished; resume --state Aborted cleans it up`,
        );
      return done !== undefined;
    },
    /** Whether it was of a job. */
    reportAborted: (id: SectorId, reason: string): boolean => {
      const jobs = held(id);
      // Who says so is not told. Mostly its thread has told where it stands; else it is the oldest, which was to be aborted.
      const job = jobs.find(({ life }) => life.planState === 'Aborted') ?? jobs[0];
      if (!job) return false;
      const { state, worker } = job.life;
      const letGo = { isHeld: false, planState: 'Aborted' } as const;
      if (state !== 'given') book.keep(job, letGo);
      else {
        const by = worker?.Instance ?? 'worker';
        book.keep(job, { ...letGo, state: 'aborted', end: { reason, by } });
      }
      return true;
    },
  };
}

type Worker = StateReport['Worker'];

function heardAgain(
  book: JobBook,
  clock: WallClock,
  { id, worker, planState }: { readonly id: SectorId; readonly worker: Worker; readonly planState: string },
): boolean | null {
  const job = jobOf(book.ofSector(id), worker, planState);
  if (!job) return null;
  const { finalized, abortReason } = verdictOf(job);
  const isKnown = isOf(job, worker) && job.life.planState === planState;
  if (finalized || abortReason !== null || !isKnown) return true;
  if (job.life.isHeld && !isHeardAgain(job.life, {}, clock.now())) book.keep(job, { heardMs: clock.now() });
  return false;
}

const isOf = ({ life }: Job, { Instance, Location }: Worker) =>
  life.worker?.Instance === Instance && life.worker.Location === Location;

/**
 * The job that a worker's word is of: the one it has, one that was just given, one that it has let go, or another's.
 * What was told late of the sector's own sealing names a state that no other plan has, or an end.
 */
function jobOf(jobs: readonly Job[], worker: Worker, planState: string): Job | undefined {
  const held = jobs.filter(({ life }) => life.isHeld);
  const fits = held.filter(({ life }) => statesOf(life.task).includes(planState));
  return (
    held.findLast((job) => isOf(job, worker)) ??
    fits.findLast(({ life }) => life.worker === null) ??
    // A worker that gives it up before it told of it; the sector itself is sealed, and not aborted any more.
    (planState === 'Aborted' ? held.findLast(({ life }) => life.worker === null) : undefined) ??
    jobs.findLast((job) => isOf(job, worker)) ??
    fits.at(-1)
  );
}

/** States in which a thread has the current job. */
function statesOf({ kind }: JobTask): readonly string[] {
  return plans[kind].states.map(({ name }) => name).filter((name) => !endStates.includes(name));
}

/** Done is what both sides know: a thread that still hands it in is not to be stopped. */
function verdictOf({ life: { state, isHeld, end } }: Job): Verdict {
  const isOver = state === 'failed' || state === 'aborted' || state === 'cancelled';
  return {
    finalized: state === 'done' && !isHeld,
    abortReason: isOver ? (end?.reason ?? `the job is ${state}`) : null,
  };
}
