/** Sets of CPUs and NUMA nodes as the system writes them: `0-3,8`. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The numbers of a list, ascending; a range that runs backwards has none. Pure. */
export function numbersIn(list: string): readonly number[] {
  const numbers = list
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
    });
  return [...new Set(numbers)].toSorted((one, other) => one - other);
}

/** The online CPUs of this machine. */
export function cpusHere(): string {
  return listIn('/sys/devices/system/cpu/online') ?? `0-${Math.max(1, cpus().length) - 1}`;
}

/** The NUMA nodes of this machine; undefined if the system lists none. */
export function nodesHere(): string | undefined {
  return listIn('/sys/devices/system/node/online');
}

function listIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
