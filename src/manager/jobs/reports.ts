/**
 * A worker's report of a sector belongs to the job that the worker has with it, if there is one; otherwise to the
 * sector itself.
 */
import { endStates } from '../../../machines/plan.js';
import { plans } from '../../../machines/plans/index.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { StateReport, Verdict } from '../../protocol/sealer.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { isHeardAgain, silenceMs } from '../sectors/life.js';
import type { JobDesk } from './desk.js';
import { isOfKind, type Job, type JobTask, workerOf } from './life.js';
import { abortReasonOf, reportsAbort } from './old-abort.js';
import type { Rebuilds } from './rebuild.js';

type Worker = StateReport['Worker'];

export class JobReports {
  constructor(
    private readonly desk: JobDesk,
    private readonly rebuilds: Pick<Rebuilds, 'finish'>,
  ) {}

  /** Null if the report belongs to no job. */
  reportState(id: SectorId, report: StateReport): Verdict | null {
    const { Worker: worker, StateChange, Failure: failure } = report;
    const planState = StateChange.Next;
    const { book, clock } = this.desk;
    const job = jobOf(book.ofSector(id), worker, planState);
    if (!job) return null;
    const nowMs = clock.now();
    // A thread's disk may have moved to another worker. If two report the job, both get an answer, but only the first
    // is recorded until it is silent.
    const isTold =
      isOf(job, worker) || job.life.worker === null || nowMs - (job.life.heardMs ?? 0) >= silenceMs;
    const told = { planState, worker, failure };
    if (job.life.isHeld && isTold && !isHeardAgain(job.life, told, nowMs))
      book.keep(job, { ...told, heardMs: nowMs });
    return verdictOf(job);
  }

  /** The same for a heartbeat: whether a report is wanted; null if it belongs to no job. */
  heard(id: SectorId, worker: Worker, planState: string): boolean | null {
    const { book, clock } = this.desk;
    const job = jobOf(book.ofSector(id), worker, planState);
    if (!job) return null;
    const { finalized, abortReason } = verdictOf(job);
    const isKnown = isOf(job, worker) && job.life.planState === planState;
    if (finalized || abortReason !== null || !isKnown) return true;
    const nowMs = clock.now();
    if (job.life.isHeld && !isHeardAgain(job.life, {}, nowMs)) book.keep(job, { heardMs: nowMs });
    return false;
  }

  /** Whether the report was of a job. @throws state_not_possible for a cancelled job */
  reportFinalized(id: SectorId): boolean {
    const jobs = this.#held(id);
    const of = (state: Job['life']['state']) => jobs.find(({ life }) => life.state === state);
    const aborted = jobs.find(
      ({ life }) => life.state === 'given' && reportsAbort(life.planState, life.failure),
    );
    if (aborted) {
      this.#aborted(aborted, abortReasonOf(aborted.life));
      return true;
    }
    if (jobs.some((job) => isOfKind(job, 'rebuild') && this.rebuilds.finish(id, job))) return true;
    const done = of('done');
    // The worker has finished with a job that failed; it does not abort the sector for that.
    const failed = of('failed');
    if (done) this.desk.book.keep(done, { isHeld: false, failure: null, planState: 'Finished' });
    else if (failed) this.desk.book.keep(failed, { isHeld: false });
    if (done || failed) return true;
    const cancelled = of('cancelled');
    if (!cancelled) return false;
    throw new SealvisorError(
      'state_not_possible',
      `${cancelled.id} of sector ${formatSectorId(id)} was cancelled (${cancelled.life.end?.reason}): it cannot be finished; resume --state Aborted cleans it up`,
    );
  }

  /** Whether the report was of a job. */
  reportAborted(id: SectorId, reason: string): boolean {
    const jobs = this.#held(id);
    // The report does not name its worker. Usually the thread has reported its state Aborted; otherwise take the oldest job.
    const job = jobs.find(({ life }) => life.planState === 'Aborted') ?? jobs[0];
    if (!job) return false;
    if (job.life.state === 'given') this.#aborted(job, reason);
    else this.desk.book.keep(job, { isHeld: false, planState: 'Aborted' });
    return true;
  }

  /** The worker aborted the job and no longer has it. */
  #aborted(job: Job, reason: string): void {
    const end = { reason, by: workerOf(job) };
    this.desk.book.keep(job, { isHeld: false, planState: 'Aborted', state: 'aborted', end });
  }

  #held(id: SectorId): readonly Job[] {
    return this.desk.book.ofSector(id).filter(({ life }) => life.isHeld);
  }
}

const isOf = ({ life }: Job, { Instance, Location }: Worker) =>
  life.worker?.Instance === Instance && life.worker.Location === Location;

/**
 * The job that a worker's report belongs to: the one it has, one that was just given, one that it no longer has, or another
 * worker's. A late report of the sector's own sealing fits no job that was just given: its state is an end, or one that
 * only sealing has.
 */
function jobOf(jobs: readonly Job[], worker: Worker, planState: string): Job | undefined {
  const held = jobs.filter(({ life }) => life.isHeld);
  const fits = held.filter(({ life }) => statesOf(life.task).includes(planState));
  return (
    held.findLast((job) => isOf(job, worker)) ??
    fits.findLast(({ life }) => life.worker === null) ??
    // A worker may abort a job before its first report. The report is not of the sector, which is sealed.
    (planState === 'Aborted' ? held.findLast(({ life }) => life.worker === null) : undefined) ??
    jobs.findLast((job) => isOf(job, worker)) ??
    fits.at(-1)
  );
}

/** States of the job's plan, without its end states. */
function statesOf({ kind }: JobTask): readonly string[] {
  return plans[kind].states.map(({ name }) => name).filter((name) => !endStates.includes(name));
}

/** Finalized only when the worker no longer has it: a thread that is still delivering must not be stopped. */
function verdictOf({ life: { state, isHeld, end } }: Job): Verdict {
  const isOver = state === 'failed' || state === 'aborted' || state === 'cancelled';
  return {
    finalized: state === 'done' && !isHeld,
    abortReason: isOver ? (end?.reason ?? `the job is ${state}`) : null,
  };
}
