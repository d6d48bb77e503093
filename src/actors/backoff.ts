import type { Backoff } from './spec.js';

/**
 * Delay before the nth consecutive restart (from 1), ms: grows from `minMs`, plus up to `jitter` of it at random (as
 * Akka does), never above `maxMs`. At the cap it varies below `maxMs`, so that children that fail together spread out.
 * @param random in [0, 1)
 */
export function backoffMs(backoff: Backoff, nth: number, random: number): number {
  const { minMs, maxMs, factor = 2, jitter = 0.2 } = backoff;
  const highest = Math.max(minMs, maxMs / (1 + jitter));
  const plain = Math.min(highest, minMs * factor ** (nth - 1));
  return Math.min(maxMs, plain * (1 + jitter * random));
}

/** Whether a child that lived this long counts as stable, so that its next delay starts from the first one again. */
export function isStable({ maxMs, resetAfterMs = maxMs }: Backoff, livedMs: number): boolean {
  return livedMs >= resetAfterMs;
}
