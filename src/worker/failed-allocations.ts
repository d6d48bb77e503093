/** How often the manager was asked for a job and did not answer with one, nor that it has none: for `/metrics`. */
import { systemCodeOf } from '../protocol/errors.js';
import type { PlanName } from '../protocol/plan-names.js';
import type { SectorService } from '../protocol/sealer.js';

export interface FailedAllocation {
  readonly plan: PlanName;
  /** Why: `unreachable`, `remote_error`, `bad_answer`, … */
  readonly code: string;
  readonly count: number;
}

export function failedAllocations() {
  const counts = new Map<string, FailedAllocation>();
  const failed = (plan: PlanName, thrown: unknown) => {
    const code = systemCodeOf(thrown) ?? 'unknown';
    // The manager says why it has none: no failure.
    if (code === 'no_job') return;
    const key = `${plan} ${code}`;
    counts.set(key, { plan, code, count: (counts.get(key)?.count ?? 0) + 1 });
  };
  const counted = async <T>(plan: PlanName, asked: Promise<T>): Promise<T> => {
    try {
      return await asked;
    } catch (thrown) {
      failed(plan, thrown);
      throw thrown;
    }
  };
  return {
    /** The same service, whose failures to give a job are counted. */
    counting: (service: SectorService): SectorService => ({
      ...service,
      allocateSector: (spec) => counted('sealer', service.allocateSector(spec)),
      allocateSnapUpSector: (spec) => counted('snapup', service.allocateSnapUpSector(spec)),
      allocateRebuildSector: (spec) => counted('rebuild', service.allocateRebuildSector(spec)),
      allocateUnsealSector: (spec) => counted('unseal', service.allocateUnsealSector(spec)),
      wdPoStAllocateJobs: (...asked) => counted('wdpost', service.wdPoStAllocateJobs(...asked)),
    }),
    all: (): readonly FailedAllocation[] => [...counts.values()],
  };
}
