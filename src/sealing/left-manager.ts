/** What happens to a sector or job when its worker has adopted a different manager than the one that assigned it. */
import { planNamed, planState, type Submission } from '../../machines/index.js';
import type { StageFailure } from '../../machines/record-changes.js';
import { inHand, type ThreadRecord } from '../../machines/thread-record.js';
import { SealvisorError } from '../protocol/errors.js';
import { isSent } from './submission-note.js';

/** Two managers, by their ids. */
interface Left {
  readonly gaveIt: string;
  readonly adopted: string;
}

/** The refusal by the worker's own link (worker/known-manager.ts); a manager's own `not_your_sector` names no managers. */
export function leftRefusal({ gaveIt, adopted }: Left, rpcCode: number): SealvisorError {
  return new SealvisorError(
    'not_your_sector',
    `manager ${gaveIt} gave it, and this worker has adopted manager ${adopted}`,
    { data: { rpcCode, gaveIt, adopted } },
  );
}

function leftOf(thrown: unknown): Left | undefined {
  if (!(thrown instanceof SealvisorError) || thrown.code !== 'not_your_sector') return undefined;
  const { gaveIt, adopted } = thrown.data ?? {};
  return typeof gaveIt === 'string' && typeof adopted === 'string' ? { gaveIt, adopted } : undefined;
}

/**
 * What the refusal means for the thread: work that was never submitted is aborted (level abort), anything else waits for an
 * operator (permanent). Undefined for any other failure.
 */
export function leftFailure(
  thrown: unknown,
  record: ThreadRecord,
  location: string,
): (StageFailure & { readonly level: 'abort' | 'permanent' }) | undefined {
  const left = leftOf(thrown);
  const what = inHand(record);
  if (left === undefined || what === null || record.state === 'Aborted') return undefined;
  const { gaveIt, adopted } = left;
  const whose = `manager ${gaveIt} gave ${what}, and this worker has adopted manager ${adopted}`;
  const onChain = mayBeOnChain(record, location);
  if (onChain === undefined)
    return { level: 'abort', message: `${whose}: nothing of it was submitted, so it is aborted` };
  return {
    level: 'permanent',
    message: `${whose}: ${onChain}, so a person has to decide. To finish it, start manager ${gaveIt} on its own home again, \`venus-worker worker adopt\` it and resume; if that home is gone for good, resume --state Aborted aborts it`,
  };
}

/** Which part of the sector may be on chain, as text; undefined when nothing can be. */
function mayBeOnChain({ plan, state, outputs, sector, given }: ThreadRecord, location: string) {
  const table = planNamed(plan);
  const submits = table?.submits ?? [];
  const [first] = submits;
  if (!table || first === undefined) return undefined;
  const isNoted = sector !== null && isSent(location, sector.id, ...submits);
  const isSubmitted = ['pre_commit', 'pre_commit_ticket', 'proof'].some((key) => outputs[key] !== undefined);
  // 0.1.0 did not note submissions, and the response to one may have been lost.
  const isUnknown = !given && planState(table, state)?.stage === submittedBy[first];
  return isSubmitted || isNoted || isUnknown ? onChainText[first] : undefined;
}

/** The stage that sends each submission. */
const submittedBy: Readonly<Record<Submission, string>> = {
  'pre-commit': 'SubmitPreCommit',
  proof: 'SubmitProof',
  upgrade: 'SubmitSnapupProof',
};

/** By the plan's first submission: the others follow it. */
const onChainText: Readonly<Record<Submission, string>> = {
  'pre-commit': 'its pre-commit was submitted and may be on chain with its deposit',
  proof: 'its proof was submitted and may be on chain',
  upgrade: 'its upgrade may be on chain',
};
