import type { StageOutcome } from '../../../machines/record-changes.js';
import type { AllowedSpec } from '../../protocol/jobs.js';
import { proofTypeOfSize } from '../../protocol/sector.js';
import type { Stage, StageContext, StageSettings } from '../stage.js';

/**
 * The stage that gets a job. One thread's: a job whose stage was aborted in the meantime (a pause) is nobody else's, and
 * the thread's next allocation takes it up.
 * No job, or no answer while nothing is held: the thread stays idle and asks again (SPEC section 3).
 */
export function allocation<Job>(
  ask: (context: StageContext) => Promise<Job | null>,
  taken: (job: Job) => StageOutcome,
): Stage {
  let last: { readonly job: Job; readonly signal: AbortSignal } | undefined;
  return async (context) => {
    const { signal } = context;
    // A stage whose outcome the machine took is never aborted afterwards.
    const left = last?.signal.aborted ? last.job : undefined;
    const job = left ?? (await ask(context).catch(() => null));
    last = job === null ? undefined : { job, signal };
    return job === null ? { event: 'Idle' } : taken(job);
  };
}

/** Whose sectors the thread may work on. */
export function allowed({ allowedMiners, allowedSizes }: StageSettings): AllowedSpec {
  const types = allowedSizes?.map((size) => proofTypeOfSize(size).proofType);
  return { AllowedMiners: allowedMiners, AllowedProofTypes: types ?? null };
}
