/** Counts failed requests for a job, for `/metrics`. An answer that there is no job is not a failure. */
import { systemCodeOf } from '../protocol/errors.js';
import type { PlanName } from '../protocol/plan-names.js';
import type { SectorService } from '../protocol/sealer.js';

export interface FailedAllocation {
  readonly plan: PlanName;
  /** Why: `unreachable`, `remote_error`, `bad_answer`, … */
  readonly code: string;
  readonly count: number;
}

export type FailedAllocations = ReturnType<typeof failedAllocations>;

export function failedAllocations() {
  const counts = new Map<string, FailedAllocation>();
  const failed = (plan: PlanName, thrown: unknown) => {
    const code = systemCodeOf(thrown) ?? 'unknown';
    // The manager answered that it has no job, and why: not a failure.
    if (code === 'no_job') return;
    const key = `${plan} ${code}`;
    counts.set(key, { plan, code, count: (counts.get(key)?.count ?? 0) + 1 });
  };
  /** The same call, counted. `planOf` is read before the call: the thread may have another plan by the time it fails. */
  const counted =
    <A extends unknown[], T>(planOf: () => PlanName, call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      const plan = planOf();
      try {
        return await call(...args);
      } catch (thrown) {
        failed(plan, thrown);
        throw thrown;
      }
    };
  return {
    /** The same service; its failures to give a job are counted under the calling thread's plan. */
    counting: (service: SectorService, planOf: () => PlanName): SectorService => ({
      ...service,
      allocateSector: counted(planOf, service.allocateSector),
      allocateSnapUpSector: counted(planOf, service.allocateSnapUpSector),
      allocateRebuildSector: counted(planOf, service.allocateRebuildSector),
      allocateUnsealSector: counted(planOf, service.allocateUnsealSector),
      wdPoStAllocateJobs: counted(planOf, service.wdPoStAllocateJobs),
    }),
    all: (): readonly FailedAllocation[] => [...counts.values()],
  };
}
