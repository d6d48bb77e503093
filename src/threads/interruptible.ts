import { setFlagsFromString } from 'node:v8';

let isDone = false;

/**
 * Keeps every loop of every thread interruptible. In Node 24 and 26 V8 unrolls hot loops and drops their check for interrupts:
 * nothing can then end `for (;;) kept.push(new Array(1000).fill(0))`, neither `terminate()` nor running out of heap, and
 * the thread spins forever. Node 22 does not do this. Applies to the whole process; code that is already compiled stays as it is.
 */
export function keepLoopsInterruptible(): void {
  if (isDone) return;
  isDone = true;
  setFlagsFromString('--no-turboshaft-loop-unrolling');
}
