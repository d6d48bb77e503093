import type { Backoff } from './spec.js';

/**
 * Delay before the nth restart in a row (from 1), ms: grown from `minMs`, with up to `jitter` of it on top (as Akka
 * does), never over `maxMs`. At the cap the jitter goes below it, so that children which fail together spread out.
 * @param random in [0, 1)
 */
export function backoffMs(backoff: Backoff, nth: number, random: number): number {
  const { minMs, maxMs, factor = 2, jitter = 0.2 } = backoff;
  const highest = Math.max(minMs, maxMs / (1 + jitter));
  const plain = Math.min(highest, minMs * factor ** (nth - 1));
  return Math.min(maxMs, plain * (1 + jitter * random));
}

/** Whether a child that lived this long is stable again, so that its next delay is the first one. */
export function isStable({ maxMs, resetAfterMs = maxMs }: Backoff, livedMs: number): boolean {
  return livedMs >= resetAfterMs;
}
