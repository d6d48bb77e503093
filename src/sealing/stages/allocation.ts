import type { StageOutcome } from '../../../machines/record-changes.js';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import type { Asking, WithGiven } from '../../protocol/identity.js';
import type { AllowedSpec } from '../../protocol/jobs.js';
import { proofTypesOfSize } from '../../protocol/sector.js';
import type { Stage, StageContext, StageSettings } from '../stage.js';

/**
 * The stage that gets a job. It sends a request id that was stored durably before: after a crash or a pause the manager
 * assigns the same job again. A manager that does not support request ids assigns another job, so a job that arrived for an
 * aborted (paused) stage is kept, and is the thread's next job.
 * Without a job or a response the thread stays idle, reports why, and asks again (docs/spec.md#failures).
 */
export function allocation<Job extends object>(
  ask: (context: StageContext, asking: Pick<Asking, 'Request'>) => Promise<WithGiven<Job> | null>,
  taken: (job: Job) => StageOutcome,
): Stage {
  let last: { readonly job: WithGiven<Job>; readonly signal: AbortSignal } | undefined;
  return async (context) => {
    const { signal } = context;
    const asked = async () => ask(context, context.request ? { Request: context.request() } : {});
    // A stage whose outcome the machine accepted is never aborted afterwards.
    const left = last?.signal.aborted && !last.job.given?.request ? last.job : undefined;
    try {
      const found = left ?? (await asked());
      last = found === null ? undefined : { job: found, signal };
      if (found === null) return { event: 'Idle', ...reasonOf(context.settings) };
      const { given, ...job } = found;
      // Without those fields it is the job as the manager sent it.
      const outcome = taken(job as unknown as Job);
      return given ? { ...outcome, given } : outcome;
    } catch (thrown) {
      last = undefined;
      // A failure because of a pause says nothing about the manager.
      return { event: 'Idle', ...(signal.aborted ? {} : { reason: refusalText(thrown) }) };
    }
  };
}

/**
 * The reason why there is no job, as text; messages about an unreachable manager, and those of our managers, are
 * complete sentences.
 */
function refusalText(thrown: unknown): string {
  const message = messageOf(thrown);
  const code = systemCodeOf(thrown);
  if (code === 'remote_error')
    return `the manager refuses to give a job out (${message}): see its log for the cause`;
  if (code === 'bad_answer')
    return `the manager's answer cannot be used (${message}): check that [sector_manager] rpc_client.addr is that of a manager`;
  return message;
}

/** The manager has nothing and does not say why: this worker's own restrictions may be the cause. */
function reasonOf({ allowedMiners, allowedSizes }: StageSettings): Pick<StageOutcome, 'reason'> {
  const asked = [
    ...(allowedMiners === null ? [] : [`allowed_miners = [${allowedMiners.join(', ')}]`]),
    ...(allowedSizes === null ? [] : [`allowed_sizes of ${allowedSizes.join(', ')} bytes`]),
  ];
  if (asked.length === 0) return {};
  return { reason: `the manager has nothing for ${asked.join(' and ')}: check that these are the manager's` };
}

/** Miners and proof types that the thread may work on; only proof types for which `isWanted` is true. */
export function allowed(
  { allowedMiners, allowedSizes }: StageSettings,
  isWanted: (type: { readonly isInteractive: boolean }) => boolean = () => true,
): AllowedSpec {
  const types = allowedSizes?.flatMap((size) => proofTypesOfSize(size).filter(isWanted));
  return {
    AllowedMiners: allowedMiners,
    AllowedProofTypes: types?.map(({ proofType }) => proofType) ?? null,
  };
}
