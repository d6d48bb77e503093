import type { Clock } from './spec.js';

/** Node fires longer timers at once. */
const longestMs = 2 ** 31 - 1;

interface Alarm {
  timer: NodeJS.Timeout;
}

/** Monotonic time of this process. Timers of any length. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (fn, ms) => {
    const arm = (leftMs: number): NodeJS.Timeout =>
      leftMs <= longestMs
        ? setTimeout(fn, leftMs)
        : setTimeout(() => {
            alarm.timer = arm(leftMs - longestMs);
          }, longestMs);
    const alarm: Alarm = { timer: arm(ms) };
    return alarm;
  },
  // Only handles of the function above come back here.
  clearTimeout: (handle) => clearTimeout((handle as Alarm).timer),
};
