import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RetryPolicy, retryDelayMs, retryPolicy } from '#machines/retry.js';

const field = { maxRetries: 5, recoverIntervalMs: 60_000, retry: {} };
const yearMs = 365 * 24 * 3600 * 1000;
const waits = (policy: RetryPolicy, count: number, random = 0.5) =>
  Array.from({ length: count }, (_, index) => retryDelayMs(policy, index + 1, random));

describe('the policy of a stage', () => {
  test('upstream’s keys alone: max_retries tries, each after recover_interval', () => {
    const policy = retryPolicy(field, 'pc1');
    expect(policy.tries).toBe(5);
    expect(waits(policy, 5)).toEqual(Array(5).fill(60_000));
    expect(waits(policy, 5, 0)).toEqual(waits(policy, 5, 1));
  });

  test('what is set for a stage holds for it alone, and upstream’s keys fill in the rest', () => {
    const settings = { ...field, retry: { pc1: { firstMs: 1000, factor: 2 } } };
    expect(retryPolicy(settings, 'pc1')).toEqual({ ...retryPolicy(field, 'pc1'), firstMs: 1000, factor: 2 });
    expect(retryPolicy(settings, 'pc2')).toEqual(retryPolicy(field, 'pc2'));
  });
});

describe('the wait before a try', () => {
  const base: RetryPolicy = { tries: 9, firstMs: 1000, factor: 2, capMs: 5000, jitter: 0 };
  test.each<[string, Partial<RetryPolicy>, number, readonly number[]]>([
    ['grows by the factor up to the cap', {}, 0.5, [1000, 2000, 4000, 5000, 5000]],
    ['without a cap grows on', { capMs: Number.POSITIVE_INFINITY }, 0.5, [1000, 2000, 4000, 8000]],
    ['is the cap where the first is above it', { firstMs: 9000 }, 0.5, [5000, 5000]],
    [
      'is a year at most, cap or no cap',
      { factor: 1e12, capMs: Number.POSITIVE_INFINITY },
      0.5,
      [1000, yearMs, yearMs],
    ],
    ['shrinks by a factor under 1', { factor: 0.5 }, 0.5, [1000, 500, 250]],
    ['is as long as it says in the middle of the jitter', { jitter: 0.2 }, 0.5, [1000, 2000, 4000, 5000]],
    ['is shorter by the jitter at most', { jitter: 0.2 }, 0, [800, 1600, 3200, 4000]],
    ['is longer by the jitter at most', { jitter: 0.2 }, 1, [1200, 2400, 4800, 6000]],
    ['is none where it is none, whatever the factor', { firstMs: 0, factor: 10 }, 0.5, [0, 0, 0]],
    ['is whole milliseconds', { firstMs: 10, factor: 1.5, jitter: 0.1 }, 0.3, [10, 14, 22]],
  ])('%s', (_, facts, random, expected) => {
    expect(waits({ ...base, ...facts }, expected.length, random)).toEqual(expected);
  });

  const policies = fc.record({
    tries: fc.nat(1000),
    firstMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 24 * 3600 * 1000 })),
    factor: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 100, noNaN: true })),
    capMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 24 * 3600 * 1000 })),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const random = fc.double({ min: 0, max: 1, noNaN: true });

  test('is never negative, never over the cap and its jitter, and always a date from now', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 1000 }), random, (policy, n, share) => {
        const waitMs = retryDelayMs(policy, n, share);
        expect(waitMs).toBeGreaterThanOrEqual(0);
        // Whole ms: half of one more by rounding.
        expect(waitMs).toBeLessThanOrEqual(policy.capMs * (1 + policy.jitter) + 0.5);
        expect(Number.isSafeInteger(waitMs)).toBe(true);
        const now = Date.parse('2026-11-22T10:00:00.000Z');
        expect(() => new Date(now + waitMs).toISOString()).not.toThrow();
      }),
    );
  });

  test('with upstream’s keys alone is the same each time, whatever the chance', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.nat(1e9),
        fc.integer({ min: 1, max: 1000 }),
        random,
        (tries, ms, n, share) => {
          const policy = retryPolicy({ maxRetries: tries, recoverIntervalMs: ms, retry: {} }, 'c2');
          expect(retryDelayMs(policy, n, share)).toBe(ms);
        },
      ),
    );
  });
});
