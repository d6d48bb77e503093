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

const planOfCall = {
  allocateSector: 'sealer',
  allocateSnapUpSector: 'snapup',
  allocateRebuildSector: 'rebuild',
  allocateUnsealSector: 'unseal',
  wdPoStAllocateJobs: 'wdpost',
} as const satisfies Partial<Record<keyof SectorService, PlanName>>;

export function failedAllocations() {
  const counts = new Map<string, FailedAllocation>();
  const failed = (plan: PlanName, thrown: unknown) => {
    const code = systemCodeOf(thrown) ?? 'unknown';
    // The manager says why it has none: no failure.
    if (code === 'no_job') return;
    const key = `${plan} ${code}`;
    counts.set(key, { plan, code, count: (counts.get(key)?.count ?? 0) + 1 });
  };
  return {
    /** Looks at how a thread's call ends; gives the same promise. */
    follow: <T>(name: string, call: Promise<T>): Promise<T> => {
      if (!isAllocation(name)) return call;
      return call.catch((thrown: unknown) => {
        failed(planOfCall[name], thrown);
        throw thrown;
      });
    },
    all: (): readonly FailedAllocation[] => [...counts.values()],
  };
}

function isAllocation(name: string): name is keyof typeof planOfCall {
  return Object.hasOwn(planOfCall, name);
}
