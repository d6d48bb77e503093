/** Whether a thread sleeps in the kernel until a disk answers. Known on Linux only (`/proc`); false elsewhere. */
import { readFileSync, readlinkSync } from 'node:fs';
import { parseProcStat } from '../protocol/proc-stat.js';

/** The system's id of the calling thread; 0 if it is not available. */
export function ownTaskId(): number {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Uninterruptible sleep, `D`: neither a signal nor the end of the process wakes the thread. */
export function isInDiskSleep(task: number): boolean {
  if (task === 0) return false;
  try {
    return parseProcStat(readFileSync(`/proc/self/task/${task}/stat`, 'latin1')).state === 'D';
  } catch {
    // It has ended.
    return false;
  }
}
