/** Whether a thread sleeps in the kernel until a disk answers. Linux alone tells (`/proc`); elsewhere nobody knows. */
import { readFileSync, readlinkSync } from 'node:fs';
import { parseProcStat } from '../protocol/proc-stat.js';

/** The system's number of the thread that calls; 0 where it is not told. */
export function ownTaskId(): number {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Uninterruptible sleep, `D`: neither a signal nor the end of the process gets the thread out of it. */
export function isInDiskSleep(task: number): boolean {
  if (task === 0) return false;
  try {
    return parseProcStat(readFileSync(`/proc/self/task/${task}/stat`, 'latin1')).state === 'D';
  } catch {
    // It has ended.
    return false;
  }
}
