/** Terminates a thread before it runs out of heap: from Node 24 on, V8 then hangs or takes the whole process down. */
import type { ResourceLimits, Worker } from 'node:worker_threads';
import { idleClock } from '../actors/system-clock.js';
import type { Pulse } from './pulse.js';

const mib = 2 ** 20;
/** Shares of the limit: a thread is terminated when it works above the first for `overMs`, and at once above the second. */
const [mostOfIt, tooMuch] = [0.9, 1.2];
/** Garbage counts until V8 has collected it; this gives V8 the time. */
const overMs = 1000;
/** The fastest growth of a heap that was observed, bytes per ms. */
const fastest = 2 * mib;
const [soonestMs, latestMs] = [10, 100];
/** A thread that was busy for a smaller share of the time between two checks did not fill its heap in it. */
const leastBusy = 0.1;
/** From this size of JSON on, bytes, a thread may use V8's own limit; V8 collects the remains when it chooses to. */
const largeJson = mib;

export interface HeapOver {
  readonly usedMiB: number;
  readonly limitMiB: number;
}

/**
 * V8's limit for a limit of ours. Above ours, even at `tooMuch`, there must be room for what a thread allocates between
 * two checks and for an array that grows (the old and the new one exist at once). Unused memory is not allocated.
 */
export function limitsForV8(limits: ResourceLimits): ResourceLimits {
  const { maxOldGenerationSizeMb } = limits;
  return maxOldGenerationSizeMb === undefined
    ? limits
    : { ...limits, maxOldGenerationSizeMb: 3 * maxOldGenerationSizeMb + 64 };
}

/**
 * Calls `onOver` once, when the thread has worked for a second with 90 % of its limit in use, or uses 120 % of it, until
 * the returned function is called. A thread that holds a large JSON may use 90 % of V8's limit. `limitMiB`: undefined
 * means V8's own limit, of which 90 % is too much at once.
 */
export function watchHeap(
  worker: Worker,
  pulse: Pick<Pulse, 'ageMs' | 'heapBytes' | 'largeBytes'>,
  limitMiB: number | undefined,
  onOver: (over: HeapOver) => void,
): () => void {
  let before = worker.performance.eventLoopUtilization();
  let overSince: number | undefined;
  let isLarge = false;
  let isStopped = false;
  let timer: unknown;

  const look = async () => {
    const given = (worker.resourceLimits?.maxOldGenerationSizeMb ?? -1) * mib;
    const { used, isIdle } = await usedNow();
    if (isStopped) return;
    const own = limitMiB === undefined ? given : limitMiB * mib;
    isLarge = pulse.largeBytes >= largeJson || (isLarge && used >= own * mostOfIt);
    const limit = isLarge ? given : own;
    const isOver = limit > 0 && used >= limit * mostOfIt;
    overSince = isOver && !isIdle ? (overSince ?? performance.now()) : undefined;
    const hasTooMuch = isOver && (limitMiB === undefined || isLarge || used >= limit * tooMuch);
    if (hasTooMuch || (overSince !== undefined && performance.now() - overSince >= overMs))
      onOver({ usedMiB: Math.round(used / mib), limitMiB: Math.round(limit / mib) });
    else arm(limit > 0 ? (limit * mostOfIt - used) / fastest : latestMs);
  };
  const usedNow = async () => {
    const now = worker.performance.eventLoopUtilization();
    const { utilization } = worker.performance.eventLoopUtilization(now, before);
    before = now;
    const isIdle = utilization < leastBusy && now.idle + now.active > 0;
    // A thread whose loop turns reports it itself; an idle one is not woken for this.
    const isTold = isIdle || (pulse.ageMs >= 0 && pulse.ageMs < soonestMs && pulse.heapBytes > 0);
    const asked = isTold ? undefined : await askedInTheMiddle(worker);
    return { used: asked ?? pulse.heapBytes, isIdle };
  };
  const arm = (ms: number) => {
    timer = idleClock.setTimeout(() => void look(), Math.min(latestMs, Math.max(soonestMs, ms)));
  };
  arm(soonestMs);
  return () => {
    isStopped = true;
    idleClock.clearTimeout(timer);
  };
}

/** The heap in use of a busy thread, read while it works; undefined before Node 22.16, or when it is gone. */
async function askedInTheMiddle(worker: Worker): Promise<number | undefined> {
  try {
    // The types are those of a newer Node.
    const { getHeapStatistics } = worker as Partial<Worker>;
    return (await getHeapStatistics?.call(worker))?.used_heap_size;
  } catch {
    // ERR_WORKER_NOT_RUNNING: the `exit` event reports its end.
    return undefined;
  }
}
