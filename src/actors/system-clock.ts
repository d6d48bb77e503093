/** The timers of this program: any length, on a monotonic clock. No other file calls Node's `setTimeout`. */
import type { Clock } from './spec.js';

/** The longest timer that Node supports, ms: it fires longer ones at once. */
export const longestTimerMs = 2 ** 31 - 1;

interface Alarm {
  timer: unknown;
}

/** Timers of any length, built on a clock whose timers are limited to 31 bits of ms. */
export function longTimers(clock: Clock): Pick<Clock, 'setTimeout' | 'clearTimeout'> {
  return {
    setTimeout: (fn, ms) => {
      const due = clock.now() + ms;
      const arm = (leftMs: number): unknown =>
        leftMs <= longestTimerMs
          ? clock.setTimeout(fn, leftMs)
          : clock.setTimeout(() => {
              alarm.timer = arm(due - clock.now());
            }, longestTimerMs);
      const alarm: Alarm = { timer: arm(ms) };
      return alarm;
    },
    clearTimeout: (handle) => {
      // Only handles of the function above come back here.
      if (handle !== undefined) clock.clearTimeout((handle as Alarm).timer);
    },
  };
}

const now = () => performance.now();
const nodeTimers = (isHolding: boolean): Clock => ({
  now,
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    return isHolding ? timer : timer.unref();
  },
  // Only handles of the function above come back here.
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
});

/** Monotonic time of this process. Timers of any length. */
export const systemClock: Clock = { now, ...longTimers(nodeTimers(true)) };

/** As `systemClock`; its timers keep no process alive. */
export const idleClock: Clock = { now, ...longTimers(nodeTimers(false)) };

/** Calls `fn` repeatedly, `everyMs` after the previous call has returned, until the returned function is called. */
export function every(everyMs: number, fn: () => void, clock: Clock = systemClock): () => void {
  let timer: unknown;
  let isOver = false;
  const next = () => {
    timer = clock.setTimeout(() => {
      fn();
      if (!isOver) next();
    }, everyMs);
  };
  next();
  return () => {
    isOver = true;
    clock.clearTimeout(timer);
  };
}

/** Waits `ms`, or until the signal aborts. @throws the signal's reason */
export function sleep(ms: number, signal?: AbortSignal, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const leave = () => {
      clock.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', leave);
      resolve();
    }, ms);
    signal?.addEventListener('abort', leave, { once: true });
  });
}
