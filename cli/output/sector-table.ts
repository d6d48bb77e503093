import type { SectorView } from '../../src/protocol/sealer-view.js';
import { table } from './upstream-text.js';

/** `util sealer sectors`: one line per sector, `NULL` for an empty value. */
export function sectorTable(sectors: readonly SectorView[]): string {
  const head = ['SectorID', 'State', 'Worker', 'Deals', 'PreCommits', 'Proofs', 'Failure'];
  return table([head, ...sectors.map(row)]);
}

function row(sector: SectorView): readonly string[] {
  const { id, worker, deals, messages } = sector;
  const counts = [deals, messages.preCommit, messages.proof].map((count) => String(count ?? 'NULL'));
  return [id, stateText(sector), worker?.name ?? 'NULL', ...counts, failureText(sector)];
}

/** The state that its worker last reported, and what happened to it since. */
function stateText({ state, isUpgraded, lost, job }: SectorView): string {
  const isMade = job?.kind === 'rebuild' && job.state === 'given';
  const since = [isUpgraded ? 'upgraded' : '', lost ? (isMade ? 'rebuilding' : 'lost') : ''];
  return [state, ...since.filter((word) => word !== '')].join(', ');
}

function failureText({ abort, failure }: SectorView): string {
  if (abort) return `aborted by ${abort.by}: ${abort.reason}`;
  return failure ? `${failure.level}: ${failure.message}` : 'NULL';
}
