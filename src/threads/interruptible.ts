import { setFlagsFromString } from 'node:v8';

let isDone = false;

/**
 * Keeps every loop of every thread interruptible. In Node 24 and 26 V8 unrolls hot loops and drops their check for interrupts:
 * `for (;;) kept.push(new Array(1000).fill(0))` can then be ended by nobody, neither by `terminate()` nor when it is out of
 * heap, and the thread spins for ever. Node 22 does not do so. For the whole process; code compiled before keeps what it is.
 */
export function keepLoopsInterruptible(): void {
  if (isDone) return;
  isDone = true;
  setFlagsFromString('--no-turboshaft-loop-unrolling');
}
