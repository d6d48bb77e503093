import type { SectorView } from '../../src/protocol/sealer-view.js';
import { table } from './upstream-text.js';

/** `util sealer sectors`: a line each, `NULL` for nothing. */
export function sectorTable(sectors: readonly SectorView[]): string {
  const head = ['SectorID', 'State', 'Worker', 'Deals', 'PreCommits', 'Proofs', 'Failure'];
  return table([head, ...sectors.map(row)]);
}

function row(sector: SectorView): readonly string[] {
  const { id, worker, deals, messages } = sector;
  const counts = [deals, messages.preCommit, messages.proof].map((count) => String(count ?? 'NULL'));
  return [id, stateText(sector), worker?.name ?? 'NULL', ...counts, failureText(sector)];
}

/** As its worker told last, and what became of it since. */
function stateText({ state, isUpgraded, lost, job }: SectorView): string {
  const isMade = job?.kind === 'rebuild' && job.state === 'given';
  const since = [isUpgraded ? 'upgraded' : '', lost ? (isMade ? 'rebuilding' : 'lost') : ''];
  return [state, ...since.filter((word) => word !== '')].join(', ');
}

function failureText({ abort, failure }: SectorView): string {
  if (abort) return `aborted by ${abort.by}: ${abort.reason}`;
  return failure ? `${failure.level}: ${failure.message}` : 'NULL';
}
