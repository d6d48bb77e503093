import { describe, expect, test } from 'vitest';
import { hungAfterMs, watchHeartbeat } from '#src/threads/heartbeat.js';
import { alone, backUp, call, underSupervisor } from '../tools/threads/child-setup.js';
import { fixture, longMs } from '../tools/threads/setup.js';

const heartbeat = { heartbeatMs: 50, missed: 4 };
const limitMs = heartbeat.heartbeatMs * heartbeat.missed;

describe('a thread in a tight loop', () => {
  test('is found hung after heartbeat x missed, and ended as crashed', async () => {
    const { child } = await alone(heartbeat);
    await child.call('ping', [], longMs);
    const from = performance.now();
    call(child, 'spin');
    const exit = await child.exited;
    const tookMs = performance.now() - from;
    expect(exit).toMatchObject({ kind: 'crash', error: { code: 'thread_hung' } });
    // It is looked for within 100 ms; the rest is for a busy machine.
    expect(hungAfterMs(heartbeat)).toBeLessThan(limitMs + 100);
    expect(tookMs).toBeLessThan(limitMs + 1000);
    expect(tookMs).toBeGreaterThan(limitMs * 0.9);
  });

  test('comes back under its supervisor', async () => {
    const { supervisor, child } = await underSupervisor(['one'], heartbeat);
    const back = backUp(supervisor);
    call(child(), 'spin');
    expect(await (await back).call('ping', [], longMs)).toBe(2);
  });
});

test('a thread that is busy in slices below the limit is not hung', async () => {
  const { child } = await alone(heartbeat);
  expect(await child.call('slices', [8, limitMs * 0.5], longMs)).toBe(8);
});

test('an idle thread is not hung, and tells the age of its heartbeat and its heap', async () => {
  const { child } = await alone({ heartbeatMs: 20, missed: 5 });
  for (let round = 0; round < 20; round += 1) {
    // Each call is a round trip; together they take longer than the limit.
    expect(await child.call('slices', [1, 8], longMs)).toBe(1);
    expect(child.stats().heartbeatAgeMs).toBeLessThan(140);
  }
  expect(child.stats().heapBytes).toBeGreaterThan(1e6);
  expect(child.stats().pendingCalls).toBe(0);
});

describe('the watch', () => {
  /** Blocks this loop. */
  const standStill = (ms: number) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  const tick = { heartbeatMs: 20, missed: 2 };

  test('gives the thread one more beat when it stood still itself', async () => {
    const pulse = { ageMs: 0 };
    const told: number[] = [];
    const unwatch = watchHeartbeat(pulse, tick, (age) => told.push(age));
    pulse.ageMs = 1000;
    standStill(hungAfterMs(tick) + 100);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(told).toEqual([]);
    pulse.ageMs = 0;
    unwatch();
  });

  test('of a thread that is held up from outside waits, and gives it the whole time again when that is over', async () => {
    const holding = { until: Number.POSITIVE_INFINITY, asked: 0 };
    const isHeldUp = () => {
      holding.asked += 1;
      return performance.now() < holding.until;
    };
    const told: number[] = [];
    const hung = new Promise<void>((resolve) => {
      const hear = (age: number) => {
        told.push(age);
        resolve();
      };
      watchHeartbeat({ ageMs: 500 }, tick, hear, isHeldUp);
    });
    await expect.poll(() => holding.asked).toBeGreaterThan(3);
    expect(told).toEqual([]);
    holding.until = performance.now();
    await hung;
    expect(performance.now() - holding.until).toBeGreaterThan(hungAfterMs(tick) - 1);
  });

  test('tells a hang once, and nothing after it is over', async () => {
    const hung = new Promise<number>((resolve) => watchHeartbeat({ ageMs: 500 }, tick, resolve));
    expect(await hung).toBe(500);
    const told: number[] = [];
    watchHeartbeat({ ageMs: 500 }, tick, (age) => told.push(age))();
    await new Promise<number>((resolve) => watchHeartbeat({ ageMs: 500 }, tick, resolve));
    expect(told).toEqual([]);
  });
});

test('a loop that V8 would make uninterruptible from Node 24 on is ended all the same', async () => {
  const { child } = await alone({ entry: fixture('fills-heap.mjs'), ...heartbeat });
  call(child, 'makeGarbage');
  expect(await child.exited).toMatchObject({ kind: 'crash', error: { code: 'thread_hung' } });
});
