/** The jobs in the store: a change is on disk when the call returns. */
import type { WallClock } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { SectorId } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { JobRow } from '../../store/job-table.js';
import { isOpen, type Job, type JobLife, type JobTask, type NewJob, newJob } from './life.js';

export class JobBook {
  constructor(
    private readonly store: FleetStore,
    private readonly clock: WallClock,
  ) {}

  add<T extends JobTask>(job: NewJob<T>): Job {
    return jobIn(this.store.addJob(rowOf(newJob(job))));
  }

  /** Sets `sinceMs` when the state changes. */
  keep<T extends JobTask>(job: Job<T>, facts: Partial<JobLife<T>>): Job<T> {
    const isNew = facts.state !== undefined && facts.state !== job.life.state;
    const life = { ...job.life, ...(isNew ? { sinceMs: this.clock.now() } : {}), ...facts };
    this.store.putJob({ seq: job.seq, ...rowOf(life) });
    return { ...job, life };
  }

  /** @throws job_not_found */
  of(id: string): Job {
    const row = /^[a-z]+-\d{1,15}$/.test(id) ? this.store.job(Number(id.split('-')[1])) : undefined;
    const job = row && jobIn(row);
    if (job?.id === id) return job;
    throw new SealvisorError('job_not_found', `no job ${id}: \`util sealer jobs\` lists those there are`);
  }

  /** In the order in which they were requested. */
  all(): readonly Job[] {
    return this.store.jobs().map(jobIn);
  }

  open(): readonly Job[] {
    return this.store.openJobs().map(jobIn);
  }

  ofSector({ miner, number }: SectorId): readonly Job[] {
    return this.store.jobsOf(miner, number).map(jobIn);
  }
}

function rowOf(life: JobLife) {
  return {
    miner: life.sector?.miner ?? null,
    number: life.sector?.number ?? null,
    isOpen: isOpen(life) ? (1 as const) : (0 as const),
    body: JSON.stringify(life),
  };
}

function jobIn({ seq, body }: JobRow): Job {
  // Written only above; a row of an older version lacks newer fields.
  const kept = JSON.parse(body) as Omit<JobLife, 'request' | 'earlier'> & Partial<JobLife>;
  const life = { request: null, earlier: [], ...kept };
  return { id: `${life.task.kind}-${seq}`, seq, life };
}
