/** The jobs as they are kept: a change is on disk when it returns. */
import type { WallClock } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { SectorId } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { JobRow } from '../../store/job-table.js';
import { isOpen, type Job, type JobLife, type JobTask, type NewJob, newJob } from './life.js';

export interface JobBook {
  add<T extends JobTask>(job: NewJob<T>): Job;
  /** A new state is dated. */
  keep<T extends JobTask>(job: Job<T>, facts: Partial<JobLife<T>>): Job<T>;
  /** @throws job_not_found */
  of(id: string): Job;
  /** In the order in which they were asked for. */
  all(): readonly Job[];
  open(): readonly Job[];
  ofSector(id: SectorId): readonly Job[];
}

export function jobBook(store: FleetStore, clock: WallClock): JobBook {
  const rowOf = (life: JobLife) => ({
    miner: life.sector?.miner ?? null,
    number: life.sector?.number ?? null,
    isOpen: isOpen(life) ? (1 as const) : (0 as const),
    body: JSON.stringify(life),
  });
  return {
    add: (job) => jobIn(store.addJob(rowOf(newJob(job)))),
    keep: (job, facts) => {
      const isNew = facts.state !== undefined && facts.state !== job.life.state;
      const life = { ...job.life, ...(isNew ? { sinceMs: clock.now() } : {}), ...facts };
      store.putJob({ seq: job.seq, ...rowOf(life) });
      return { ...job, life };
    },
    of: (id) => {
      const row = /^[a-z]+-\d{1,15}$/.test(id) ? store.job(Number(id.split('-')[1])) : undefined;
      const job = row && jobIn(row);
      if (job?.id === id) return job;
      throw new SealvisorError('job_not_found', `no job ${id}: \`util sealer jobs\` lists those there are`);
    },
    all: () => store.jobs().map(jobIn),
    open: () => store.openJobs().map(jobIn),
    ofSector: ({ miner, number }) => store.jobsOf(miner, number).map(jobIn),
  };
}

function jobIn({ seq, body }: JobRow): Job {
  // Written above alone; one of an older version lacks what came later.
  const kept = JSON.parse(body) as Omit<JobLife, 'request' | 'earlier'> & Partial<JobLife>;
  const life = { request: null, earlier: [], ...kept };
  return { id: `${life.task.kind}-${seq}`, seq, life };
}
