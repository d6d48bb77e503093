import type { JobView } from '../../src/protocol/job-view.js';
import { table } from './upstream-text.js';

/** `util sealer jobs`: one line per job, `NULL` for an empty value. */
export function jobTable(jobs: readonly JobView[]): string {
  return table([['ID', 'Kind', 'Sector', 'State', 'Worker', 'Since', 'Result'], ...jobs.map(row)]);
}

function row(job: JobView): readonly string[] {
  const { id, kind, worker, since } = job;
  return [id, kind, sectorText(job), stateText(job), worker?.name ?? 'NULL', since, resultText(job)];
}

function sectorText({ sector, facts }: JobView): string {
  if (sector !== null) return sector;
  if (!('sectors' in facts)) return 'NULL';
  return facts.sectors.length === 1 ? (facts.sectors[0] ?? 'NULL') : `${facts.sectors.length} sectors`;
}

/** The job's state, with its worker's report while the worker holds it. */
function stateText({ state, isHeld, planState }: JobView): string {
  return isHeld && planState !== null ? `${state} (${planState})` : state;
}

function resultText({ result, error, failure }: JobView): string {
  if (result !== null) return result;
  if (error !== null) return `${error.by}: ${error.reason}`;
  return failure ? `${failure.level}: ${failure.message}` : 'NULL';
}
