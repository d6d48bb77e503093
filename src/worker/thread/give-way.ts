/** Work in this thread gives way to the worker's own loop, which answers while every core is busy. */
import { constants, getPriority, setPriority } from 'node:os';

/** Added to the nice value: beside a core full of such threads the loop still has a third of it when it needs it. */
const addedNice = 5;

let hasGivenWay = false;

/** Once a thread. Nothing where a process has one nice value for all of its threads: only on Linux each has its own. */
export function giveWay(): void {
  if (hasGivenWay || process.platform !== 'linux') return;
  hasGivenWay = true;
  try {
    setPriority(0, Math.min(constants.priority.PRIORITY_LOW, getPriority(0) + addedNice));
  } catch {
    // Where the system forbids it the work is done as before: the loop answers later, and nothing fails.
  }
}
