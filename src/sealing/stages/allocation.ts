import type { StageOutcome } from '../../../machines/record-changes.js';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import type { Asking, WithGiven } from '../../protocol/identity.js';
import type { AllowedSpec } from '../../protocol/jobs.js';
import { proofTypesOfSize } from '../../protocol/sector.js';
import type { Stage, StageContext, StageSettings } from '../stage.js';

/**
 * The stage that gets a job. It asks under a request that is durable before it asks: after a death or a pause the same
 * job is given again. A manager that does not answer to requests gives another one, so what it gave to a stage that was
 * aborted (a pause) is kept, and is the thread's next job.
 * No job, or no answer while nothing is held: the thread stays idle, says why, and asks again (docs/spec.md#failures).
 */
export function allocation<Job extends object>(
  ask: (context: StageContext, asking: Pick<Asking, 'Request'>) => Promise<WithGiven<Job> | null>,
  taken: (job: Job) => StageOutcome,
): Stage {
  let last: { readonly job: WithGiven<Job>; readonly signal: AbortSignal } | undefined;
  return async (context) => {
    const { signal } = context;
    const asked = async () => ask(context, context.request ? { Request: context.request() } : {});
    // A stage whose outcome the machine took is never aborted afterwards.
    const left = last?.signal.aborted && !last.job.given?.request ? last.job : undefined;
    try {
      const found = left ?? (await asked());
      last = found === null ? undefined : { job: found, signal };
      if (found === null) return { event: 'Idle', ...reasonOf(context.settings) };
      const { given, ...job } = found;
      // What is left is the job as the manager gave it.
      const outcome = taken(job as unknown as Job);
      return given ? { ...outcome, given } : outcome;
    } catch (thrown) {
      last = undefined;
      // A pause in the middle says nothing of the manager.
      return { event: 'Idle', ...(signal.aborted ? {} : { reason: refusalText(thrown) }) };
    }
  };
}

/** Each cause by its own sentence; those of a side that cannot be reached, and of our managers, are whole ones. */
function refusalText(thrown: unknown): string {
  const message = messageOf(thrown);
  const code = systemCodeOf(thrown);
  if (code === 'remote_error')
    return `the manager refuses to give a job out (${message}): see its log for the cause`;
  if (code === 'bad_answer')
    return `the manager's answer cannot be used (${message}): check that [sector_manager] rpc_client.addr is that of a manager`;
  return message;
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

/** Whose sectors the thread may work on; those of all proof types that `isWanted` takes. */
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
