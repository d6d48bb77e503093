/** Says no before the operating system does: at its limit the whole process aborts, not only the one thread too many. */
import { readFileSync } from 'node:fs';
import { SealvisorError } from '../protocol/errors.js';

/** What the operating system allows this process. */
export interface SystemLimits {
  /** vm.max_map_count. */
  readonly maps: number;
  /** Open files, soft limit; Infinity for none. */
  readonly files: number;
}

/** Maps and descriptors that one thread takes, and what the rest of the process needs (measured on Node 20). */
const mapsEach = 45;
const mapsKept = 5000;
const filesEach = 4;
const filesKept = 200;
const elsewhere = 1000;

/** How many threads fit; `undefined` is a system that does not tell. */
export function threadLimitOf(limits: SystemLimits | undefined): number {
  if (!limits) return elsewhere;
  const fit = Math.min((limits.maps - mapsKept) / mapsEach, (limits.files - filesKept) / filesEach);
  return Math.max(0, Math.floor(fit));
}

/** Reads `/proc/sys/vm/max_map_count` and `/proc/self/limits`. */
export function parseLimits(maxMapCount: string, processLimits: string): SystemLimits | undefined {
  const maps = Number.parseInt(maxMapCount, 10);
  const [, soft] = /^Max open files\s+(\S+)/m.exec(processLimits) ?? [];
  const files = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number.parseInt(soft ?? '', 10);
  return Number.isNaN(maps) || Number.isNaN(files) ? undefined : { maps, files };
}

let limit: number | undefined;
let alive = 0;

/** Threads that this process may have at once; read from the system once. */
export function threadLimit(): number {
  limit ??= threadLimitOf(readLimits());
  return limit;
}

/** Threads that are alive now, spare ones too. */
export function threadCount(): number {
  return alive;
}

/** Takes a place for one thread; call what it returns once, when the thread is gone. @throws thread_limit */
export function admitThread(name: string): () => void {
  if (alive >= threadLimit())
    throw new SealvisorError(
      'thread_limit',
      `${name} is refused: ${alive} threads run, no more fit (raise vm.max_map_count or ulimit -n)`,
      { data: { alive, limit: threadLimit() } },
    );
  alive += 1;
  return () => {
    alive -= 1;
  };
}

function readLimits(): SystemLimits | undefined {
  try {
    const read = (path: string) => readFileSync(path, 'utf8');
    return parseLimits(read('/proc/sys/vm/max_map_count'), read('/proc/self/limits'));
  } catch {
    // No such files on this system: a number that every system can bear.
    return undefined;
  }
}
