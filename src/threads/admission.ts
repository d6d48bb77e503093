/** Refuses a thread before the operating system does: at the system's limit the whole process aborts, not just that thread. */
import { readFileSync } from 'node:fs';
import { SealvisorError } from '../protocol/errors.js';

/** The operating system's limits for this process. */
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

/** How many threads fit; `undefined` limits mean that the system does not publish them. */
export function threadLimitOf(limits: SystemLimits | undefined): number {
  if (!limits) return elsewhere;
  const fit = Math.min((limits.maps - mapsKept) / mapsEach, (limits.files - filesKept) / filesEach);
  return Math.max(0, Math.floor(fit));
}

/** Parses the text of `/proc/sys/vm/max_map_count` and `/proc/self/limits`. */
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

/** Threads that are alive now, including spare ones. */
export function threadCount(): number {
  return alive;
}

/** Takes a permit for one thread; call the returned function once, when the thread is gone. @throws thread_limit */
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
    // This system does not have these files: a default that every system can support is used.
    return undefined;
  }
}
