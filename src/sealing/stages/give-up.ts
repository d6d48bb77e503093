/** When a sector is aborted, the files that its thread has stored are removed, and no others: in doubt a file stays. */
import { planNamed } from '../../../machines/index.js';
import { systemCodeOf } from '../../protocol/errors.js';
import type { PollAnswer } from '../../protocol/sealer.js';
import { type StageContext, sectorAtHand } from '../stage.js';
import { broughtBy } from '../stores/brought.js';
import { removedBrought } from '../stores/remove-brought.js';
import { isSent } from '../submission-note.js';

/** Removes the stored files that this thread has written. Repeatable. @returns the files that stay, each with its reason */
export async function removeStored(context: StageContext): Promise<readonly string[]> {
  const { record, location } = context;
  // A rebuild makes a sector that is on chain again: its plan makes no new one.
  const kind = planNamed(record.plan)?.makes;
  const all = await broughtBy(location, sectorAtHand(context).id);
  if (kind === undefined || all.length === 0) return [];
  const keeps = await whyAllStay(context);
  const left: string[] = [];
  for (const brought of all) {
    const why = keeps ?? (await removedBrought(context, [kind], brought));
    if (why !== null) left.push(`${brought.file} stays: ${why}`);
  }
  return left;
}

/** Why nothing may be removed; null when the sector is not on chain and never will be. */
async function whyAllStay(context: StageContext): Promise<string | null> {
  const { plan, outputs } = context.record;
  const by = outputs.abortedBy;
  if (by === 'finalized') return 'the manager says that the sector is finalized';
  if (by !== 'operator' && by !== 'manager' && by !== 'rejected')
    return 'it is not certain that the chain does not have it';
  // No manager is asked whether an upgrade's submission was accepted, and the response may have been lost.
  if (planNamed(plan)?.submits?.includes('upgrade'))
    return by === 'rejected' ? null : 'its upgrade may be on chain';
  return whySectorStays(context, by);
}

/** The proof of an earlier pass may be on chain, too: a sector that was resumed to an earlier state has lost that output. */
async function whySectorStays(
  context: StageContext,
  by: 'operator' | 'manager' | 'rejected',
): Promise<string | null> {
  const { record, location } = context;
  const sector = sectorAtHand(context);
  const isProofSent = record.outputs.proof === true || isSent(location, sector.id, 'proof');
  if (isProofSent && by !== 'rejected') return 'its proof was submitted, and may be on chain';
  const { State, OnChain } = await polledProof(context);
  if (OnChain?.ProofSha256) return 'the manager says that a proof of it is on chain, or on its way there';
  if (State === null) return 'the manager knows nothing of its proof';
  // Not found, or failed permanently.
  if (State === 4 || State === 6) return null;
  // State 7: the sector or its proof will never be on chain.
  if (State !== 7) return 'its proof may be on chain';
  const isProofRefused = /^(SubmitProof|WaitProofLanded)$/.test(record.lastError?.stage ?? '');
  // If a sealvisor manager reports no proof, there is none.
  const isKnown = Boolean(record.given?.manager) || (by === 'rejected' && isProofRefused);
  return isProofSent && !isKnown
    ? 'its proof was submitted, and the manager does not say what is on chain'
    : null;
}

/** Throws when the manager is unreachable, to retry later; any other error means that it knows nothing of the proof. */
async function polledProof(
  context: StageContext,
): Promise<Pick<PollAnswer, 'OnChain'> & { readonly State: number | null }> {
  return context.service.pollProofState(sectorAtHand(context)).catch((thrown: unknown) => {
    const code = systemCodeOf(thrown) ?? '';
    if (context.signal.aborted || /^(unreachable|deadline_exceeded|other_manager)$/.test(code)) throw thrown;
    return { State: null };
  });
}
