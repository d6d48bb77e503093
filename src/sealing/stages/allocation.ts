import type { StageOutcome } from '../../../machines/record-changes.js';
import { messageOf } from '../../protocol/errors.js';
import type { AllowedSpec } from '../../protocol/jobs.js';
import { proofTypeOfSize } from '../../protocol/sector.js';
import type { Stage, StageContext, StageSettings } from '../stage.js';

/**
 * The stage that gets a job. One thread's: a job whose stage was aborted in the meantime (a pause) is nobody else's, and
 * the thread's next allocation takes it up.
 * No job, or no answer while nothing is held: the thread stays idle, says why, and asks again (SPEC section 3).
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
    try {
      const job = left ?? (await ask(context));
      last = job === null ? undefined : { job, signal };
      return job === null ? { event: 'Idle', ...reasonOf(context.settings) } : taken(job);
    } catch (thrown) {
      last = undefined;
      // A pause in the middle says nothing of the manager.
      return { event: 'Idle', ...(signal.aborted ? {} : { reason: messageOf(thrown) }) };
    }
  };
}

/** The manager has nothing, and does not say why: what this side asks for may be the cause. */
function reasonOf({ allowedMiners, allowedSizes }: StageSettings): Pick<StageOutcome, 'reason'> {
  const asked = [
    ...(allowedMiners === null ? [] : [`allowed_miners = [${allowedMiners.join(', ')}]`]),
    ...(allowedSizes === null ? [] : [`allowed_sizes of ${allowedSizes.join(', ')} bytes`]),
  ];
  if (asked.length === 0) return {};
  return { reason: `the manager has nothing for ${asked.join(' and ')}: check that these are the manager's` };
}

/** Whose sectors the thread may work on. */
export function allowed({ allowedMiners, allowedSizes }: StageSettings): AllowedSpec {
  const types = allowedSizes?.map((size) => proofTypeOfSize(size).proofType);
  return { AllowedMiners: allowedMiners, AllowedProofTypes: types ?? null };
}
