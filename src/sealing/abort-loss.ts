/** What is lost when an operator aborts a thread's sector: shown in the confirmation prompt. */
import { planNamed } from '../../machines/index.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import type { AbortLoss } from '../protocol/thread.js';
import { sectorFiles } from './sector-files.js';
import { broughtBy } from './stores/brought.js';
import { isSent } from './submission-note.js';

/** null when nothing is lost: the thread holds no sector, or has already aborted it. */
export async function abortLoss(record: ThreadRecord, location: string): Promise<AbortLoss | null> {
  const { sector, outputs, plan, state } = record;
  if (sector === null || state === 'Aborted') return null;
  const stored = planNamed(plan)?.makes === undefined ? [] : await broughtBy(location, sector.id);
  return {
    sector: sector.id,
    preCommit: preCommitOf(record, location),
    // A sector that was resumed to an earlier state has lost the output, but its proof may have been sent.
    proof: outputs.proof === true || isSent(location, sector.id, 'proof'),
    files: [sectorFiles(location, sector.id).root],
    stored: stored.map(({ file }) => file),
  };
}

/** The submitted pre-commit; null when the plan submits none or none was sent. */
function preCommitOf(record: ThreadRecord, location: string): AbortLoss['preCommit'] {
  const { plan, state, outputs, lastError, sector } = record;
  if (sector === null || !planNamed(plan)?.submits?.includes('pre-commit')) return null;
  const { pre_commit, pre_commit_at: at, pre_commit_ticket } = outputs;
  // The ticket is kept when the sector is resumed to an earlier state.
  const certain = pre_commit === true || pre_commit_ticket !== undefined;
  if (certain) return { certain, at: typeof at === 'number' ? new Date(at).toISOString() : null };
  // The response to a submission may have been lost, and a mismatch means that a pre-commit exists.
  const isRefused = state === 'PC2Done' && lastError?.stage === 'SubmitPreCommit';
  return isRefused || isSent(location, sector.id, 'pre-commit') ? { certain, at: null } : null;
}
