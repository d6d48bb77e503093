/** Ends a thread that is about to run out of heap before V8 does: from Node 24 on V8 then hangs, or takes the process with it. */
import type { ResourceLimits, Worker } from 'node:worker_threads';
import { idleClock } from '../actors/system-clock.js';
import type { Pulse } from './pulse.js';

const mib = 2 ** 20;
/** The parts of its limit at which a thread is ended when it works on above it for `overMs`, and at once. */
const [mostOfIt, tooMuch] = [0.9, 1.2];
/** Garbage counts until V8 has collected it, which it does meanwhile. */
const overMs = 1000;
/** No thread was seen to fill its heap faster, bytes in a ms. */
const fastest = 2 * mib;
const [soonestMs, latestMs] = [10, 100];
/** A thread that was idle for more of the time between two looks than this has not filled its heap in it. */
const leastBusy = 0.1;
/** A JSON of so many bytes may take what V8 was given; what is left of it is collected when V8 sees fit. */
const largeJson = mib;

export interface HeapOver {
  readonly usedMiB: number;
  readonly limitMiB: number;
}

/**
 * What V8 is given for a limit of ours: what a thread allocates between two looks, and an array that grows (the old and
 * the new one are both there), must fit above it, also at `tooMuch`. Memory that is not used is not taken.
 */
export function limitsForV8(limits: ResourceLimits): ResourceLimits {
  const { maxOldGenerationSizeMb } = limits;
  return maxOldGenerationSizeMb === undefined
    ? limits
    : { ...limits, maxOldGenerationSizeMb: 3 * maxOldGenerationSizeMb + 64 };
}

/**
 * Calls `onOver` once, when the thread has worked for a second with more than 90 % of its heap in use, or uses 120 % of
 * it; until the returned function is called. A thread that holds a large JSON may use 90 % of what V8 was given. `limitMiB`: undefined means what V8 chose, of which 90 % is too much.
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
    // A thread that turns tells it itself; one that is idle is not woken for it.
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

/** The heap in use of a thread that is busy, in the middle of its work; undefined before Node 22.16, or when it is gone. */
async function askedInTheMiddle(worker: Worker): Promise<number | undefined> {
  try {
    // The types are those of a newer Node.
    const { getHeapStatistics } = worker as Partial<Worker>;
    return (await getHeapStatistics?.call(worker))?.used_heap_size;
  } catch {
    // ERR_WORKER_NOT_RUNNING: its end is told by `exit`.
    return undefined;
  }
}
