/** Wall time, injected so that tests can control it. `now` is in ms since the epoch. */
export interface WallClock {
  now(): number;
}

export const wallClock: WallClock = { now: () => Date.now() };

/** Counts up from `startMs` by a monotonic clock: changes of the system time do not affect it. */
export function steadyFrom(startMs: number, steady: () => number = () => performance.now()): WallClock {
  const startedAt = steady();
  return { now: () => startMs + (steady() - startedAt) };
}

/** Time elapsed since `at`, ms; 0 for a time in the future (another machine's clock) and for an invalid time. */
export function passedMs(at: string, nowMs: number): number {
  return Math.max(0, nowMs - Date.parse(at)) || 0;
}

/** RFC 3339 UTC with milliseconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
