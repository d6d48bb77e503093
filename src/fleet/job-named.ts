/** Names the job in an answer that cannot be read, so that an operator can take care of it. */
import { formatSectorId } from '../protocol/sector.js';

/** As `; s-t010000-2 was given out by it, and not taken`; empty if the answer names none. */
export function jobNamed(method: string, answer: unknown): string {
  if (!/Allocate/.test(method)) return '';
  const names = (Array.isArray(answer) ? answer : [answer]).flatMap((job) => nameOf(job) ?? []);
  if (names.length === 0) return '';
  return `; ${names.slice(0, 5).join(', ')} ${names.length === 1 ? 'was' : 'were'} given out by it, and not taken`;
}

function nameOf(job: unknown): string | undefined {
  if (typeof job !== 'object' || job === null) return undefined;
  if ('Sector' in job) return nameOf(job.Sector);
  if ('Id' in job && typeof job.Id === 'string') return job.Id.slice(0, 100);
  const id = 'ID' in job ? job.ID : undefined;
  if (typeof id !== 'object' || id === null || !('Miner' in id && 'Number' in id)) return undefined;
  const { Miner: miner, Number: number } = id;
  return typeof miner === 'number' && typeof number === 'number'
    ? formatSectorId({ miner, number })
    : undefined;
}
