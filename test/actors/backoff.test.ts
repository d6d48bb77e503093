import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, isStable } from '#src/actors/backoff.js';

test.each([
  [1, 100],
  [2, 200],
  [3, 400],
  [4, 800],
  [5, 1000],
  [6, 1000],
  [2000, 1000],
])('without jitter restart %i waits %i ms', (nth, delayMs) => {
  expect(backoffMs({ minMs: 100, maxMs: 1000, jitter: 0 }, nth, 0.7)).toBe(delayMs);
});

test('jitter comes on top of the delay, a fifth of it unless said otherwise', () => {
  expect(backoffMs({ minMs: 100, maxMs: 1000 }, 1, 0)).toBe(100);
  expect(backoffMs({ minMs: 100, maxMs: 1000 }, 1, 0.5)).toBeCloseTo(110);
  expect(backoffMs({ minMs: 100, maxMs: 1000, factor: 3, jitter: 1 }, 2, 0.5)).toBeCloseTo(450);
});

test('no delay is under minMs or over maxMs, and at the cap chance still spreads it', () => {
  const ms = fc.integer({ min: 1, max: 100_000 });
  const chance = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(ms, ms, fc.integer({ min: 1, max: 500 }), chance, chance, (a, b, nth, jitter, random) => {
      const [minMs, maxMs] = [Math.min(a, b), Math.max(a, b)];
      const delayMs = backoffMs({ minMs, maxMs, jitter }, nth, random);
      expect(delayMs).toBeGreaterThanOrEqual(minMs);
      expect(delayMs).toBeLessThanOrEqual(maxMs);
    }),
  );
  const atCap = [0, 0.5, 0.999].map((random) => Math.round(backoffMs({ minMs: 1, maxMs: 1200 }, 40, random)));
  expect(atCap).toEqual([1000, 1100, 1200]);
});

test('a child is stable after resetAfterMs, which is maxMs when left out', () => {
  expect(isStable({ minMs: 1, maxMs: 500 }, 499)).toBe(false);
  expect(isStable({ minMs: 1, maxMs: 500 }, 500)).toBe(true);
  expect(isStable({ minMs: 1, maxMs: 500, resetAfterMs: 20 }, 20)).toBe(true);
});
