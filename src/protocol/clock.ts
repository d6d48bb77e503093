/** Time, so that tests can turn it. `now` is wall time in ms since the epoch. */
export interface WallClock {
  now(): number;
}

export const wallClock: WallClock = { now: () => Date.now() };

/** Goes on from `startMs` by a clock that nobody sets: what is counted by it neither stands for an hour nor jumps by one. */
export function steadyFrom(startMs: number, steady: () => number = () => performance.now()): WallClock {
  const startedAt = steady();
  return { now: () => startMs + (steady() - startedAt) };
}

/** How long ago that was, ms: 0 for what another clock puts in the future, and for what is not a time. */
export function passedMs(at: string, nowMs: number): number {
  return Math.max(0, nowMs - Date.parse(at)) || 0;
}

/** RFC 3339 UTC with milliseconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
