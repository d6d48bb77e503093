/** Time, so that tests can turn it. `now` is wall time in ms since the epoch. */
export interface WallClock {
  now(): number;
}

export const wallClock: WallClock = { now: () => Date.now() };

/** RFC 3339 UTC with milliseconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
