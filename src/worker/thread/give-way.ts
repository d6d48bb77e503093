/** Lowers this thread's priority, so that the worker's main loop answers while every core is busy. */
import { constants, getPriority, setPriority } from 'node:os';

/** Added to the nice value: on a core full of such threads the main loop still gets a third of the time. */
const addedNice = 5;

let hasGivenWay = false;

/** Once per thread, and only on Linux: elsewhere all threads of a process share one nice value. */
export function giveWay(): void {
  if (hasGivenWay || process.platform !== 'linux') return;
  hasGivenWay = true;
  try {
    setPriority(0, Math.min(constants.priority.PRIORITY_LOW, getPriority(0) + addedNice));
  } catch {
    // If the system forbids it, the main loop only answers later; nothing fails.
  }
}
