/** What a worker tells of a sector is told of the job that it has with it, where it has one; else of the sector's own life. */
import type { WallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import type { StateReport, Verdict } from '../protocol/sealer.js';
import { formatSectorId, type SectorId } from '../protocol/sector.js';
import type { JobBook } from './job-book.js';
import { isOfKind, type Job } from './job-life.js';
import type { RebuildJobs } from './rebuild-jobs.js';

export type JobReports = ReturnType<typeof jobReports>;

export function jobReports(book: JobBook, rebuild: Pick<RebuildJobs, 'finish'>, clock: WallClock) {
  const held = (id: SectorId) => book.ofSector(id).filter(({ life }) => life.isHeld);
  return {
    /** Null when it is of no job. */
    reportState: (id: SectorId, report: StateReport): Verdict | null => {
      const job = jobOf(book.ofSector(id), report.Worker);
      if (!job) return null;
      if (job.life.isHeld)
        book.keep(job, {
          planState: report.StateChange.Next,
          worker: report.Worker,
          failure: report.Failure,
          heardMs: clock.now(),
        });
      return verdictOf(job);
    },
    /** Whether it was of a job. @throws state_not_possible for a job that was taken back */
    reportFinalized: (id: SectorId): boolean => {
      const jobs = held(id);
      const ready = jobs.find((job) => isOfKind(job, 'rebuild') && rebuild.finish(id, job));
      if (ready) return true;
      const done = jobs.find(({ life }) => life.state === 'done');
      if (done) book.keep(done, { isHeld: false, failure: null, planState: 'Finished' });
      const taken = jobs.find(({ life }) => life.state === 'cancelled');
      if (!done && taken)
        throw new SealvisorError(
          'state_not_possible',
          `${taken.id} of sector ${formatSectorId(id)} was taken back (${taken.life.end?.reason}): it cannot be finished; resume --state Aborted cleans it up`,
        );
      return done !== undefined;
    },
    /** Whether it was of a job. */
    reportAborted: (id: SectorId, reason: string): boolean => {
      const jobs = held(id);
      // Who says so is not told: its thread has told where it stands, mostly; else it is one that was to be aborted.
      const job =
        jobs.find(({ life }) => life.planState === 'Aborted') ??
        jobs.find(({ life }) => life.state !== 'given') ??
        jobs[0];
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

/** The job that a worker's word is of: the one it has, one just given, or one it has let go. */
function jobOf(jobs: readonly Job[], worker: StateReport['Worker']): Job | undefined {
  const isOf = ({ life }: Job) =>
    life.worker?.Instance === worker.Instance && life.worker.Location === worker.Location;
  return (
    jobs.findLast((job) => job.life.isHeld && isOf(job)) ??
    jobs.findLast(({ life }) => life.isHeld && life.worker === null) ??
    jobs.findLast(isOf)
  );
}

/** Done is what both sides know: a thread that still hands it in is not to be stopped. */
function verdictOf({ life: { state, isHeld, end } }: Job): Verdict {
  const isOver = state === 'failed' || state === 'aborted' || state === 'cancelled';
  return {
    finalized: state === 'done' && !isHeld,
    abortReason: isOver ? (end?.reason ?? `the job is ${state}`) : null,
  };
}
