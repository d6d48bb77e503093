/** What an abort of a sector loses, as text. */
import { clockText } from '../../src/protocol/text/ages.js';
import type { AbortLoss } from '../../src/protocol/thread.js';

/** Full sentences; the time of the pre-commit has its date if that is not today. */
export function lossText({ sector, preCommit, proof, files, stored }: AbortLoss, nowMs: number): string {
  return [
    `${sector} is aborted for good.`,
    preCommit && preCommitText(preCommit, nowMs),
    proof && 'Its proof was submitted, too.',
    files.length > 0 && `Removed: ${files.join(', ')}.`,
    stored.length > 0 && `Removed as well, unless its proof is or may get on chain: ${stored.join(', ')}.`,
  ]
    .filter((sentence) => typeof sentence === 'string')
    .join(' ');
}

function preCommitText({ certain, at }: NonNullable<AbortLoss['preCommit']>, nowMs: number): string {
  const since = at === null ? '' : ` at ${clockText(at, nowMs)}`;
  return `Its pre-commit ${certain ? 'was' : 'may have been'} submitted${since}: its deposit on chain is lost.`;
}
