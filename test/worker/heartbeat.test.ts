import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Summary } from '#src/protocol/thread.js';
import type { WorkerLife } from '#src/protocol/worker-life.js';
import { startHeartbeat, type WorkerReport } from '#src/worker/heartbeat.js';
import { warningsTo } from '../tools/protocol/told-events.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const intervalMs = 30_000;

function start() {
  const pings: WorkerReport[] = [];
  const warnings: string[] = [];
  const manager = { isUp: true };
  const summary = { threads: 3, empty: 1, paused: 1, running: 2, waiting: 0, errors: 1 };
  const asked = { summary: 0, life: 0, awaitsAdoption: 0 };
  const counted =
    <T>(what: keyof typeof asked, value: () => T) =>
    () => {
      asked[what] += 1;
      return value();
    };
  const worker: { life: WorkerLife; change: () => void } = { life: 'serving', change: () => undefined };
  const beat = startHeartbeat({
    version: '0.1.0',
    intervalMs: () => intervalMs,
    summary: counted('summary', () => summary),
    life: counted('life', () => worker.life),
    awaitsAdoption: counted('awaitsAdoption', () => null),
    changes: (listener) => {
      worker.change = listener;
      return () => {
        worker.change = () => undefined;
      };
    },
    ping: async (info) => {
      pings.push(info);
      if (!manager.isUp) throw new Error('cannot reach the manager');
    },
    emit: warningsTo(warnings),
  });
  onTestFinished(() => {
    worker.life = 'serving';
    return beat.stop();
  });
  /** Pings in the next `ms`. */
  const during = async (ms: number) => {
    const before = pings.length;
    await vi.advanceTimersByTimeAsync(ms);
    return pings.length - before;
  };
  return { beat, pings, warnings, manager, summary, worker, during, asked };
}

describe('a heartbeat', () => {
  test('comes at once, with upstream’s words, then each interval', async () => {
    const { pings, during } = start();
    expect(pings).toEqual([
      {
        Version: '0.1.0',
        Life: 'serving',
        Summary: { Threads: 3, Empty: 1, Paused: 1, Running: 2, Waiting: 0, Errors: 1 },
      },
    ]);
    expect(await during(intervalMs - 1)).toBe(0);
    expect(await during(1)).toBe(1);
    expect(await during(3 * intervalMs)).toBe(3);
  });

  test('looks at each fact of the worker once', async () => {
    const { asked, during } = start();
    expect(asked).toEqual({ summary: 1, life: 1, awaitsAdoption: 1 });
    expect(await during(3 * intervalMs)).toBe(3);
    expect(asked).toEqual({ summary: 4, life: 4, awaitsAdoption: 4 });
  });

  test('tells the counts of its own moment', async () => {
    const { pings, summary, during } = start();
    summary.paused = 3;
    await during(intervalMs);
    expect(pings.map((ping) => ping.Summary.Paused)).toEqual([1, 3]);
  });

  test('that fails is tried again with growing pauses up to the interval; said once, and so is its end', async () => {
    const { pings, warnings, manager, during } = start();
    manager.isUp = false;
    await during(intervalMs);
    const gaps: number[] = [];
    let last = Date.now();
    while (gaps.length < 10) {
      const before = pings.length;
      await vi.advanceTimersToNextTimerAsync();
      if (pings.length > before) {
        gaps.push(Date.now() - last);
        last = Date.now();
      }
    }
    expect(gaps).toEqual([
      500,
      1000,
      2000,
      4000,
      8000,
      16_000,
      intervalMs,
      intervalMs,
      intervalMs,
      intervalMs,
    ]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('cannot reach the manager');
    manager.isUp = true;
    await during(intervalMs);
    await during(2 * intervalMs);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toBe('the manager answers again');
    manager.isUp = false;
    await during(intervalMs);
    expect(warnings).toHaveLength(3);
  });

  test('that is stopped says nothing more, not even of the ping under way', async () => {
    const { beat, pings, warnings, manager, during } = start();
    expect(await during(intervalMs - 1)).toBe(0);
    manager.isUp = false;
    vi.advanceTimersByTime(1);
    expect(pings).toHaveLength(2);
    void beat.stop();
    void beat.stop();
    expect(await during(10 * intervalMs)).toBe(0);
    expect(warnings).toEqual([]);
  });

  test.each<[string, Partial<Summary>, WorkerLife]>([
    ['a pause', { paused: 2 }, 'serving'],
    ['an error', { errors: 2 }, 'serving'],
    ['a cordon', {}, 'cordoned'],
    ['a stop', {}, 'stopping'],
  ])('reports %s at once, and the next report is an interval later', async (_, counts, life) => {
    const one = start();
    await one.during(5000);
    Object.assign(one.summary, counts);
    Object.assign(one.worker, { life });
    one.worker.change();
    expect(await one.during(0)).toBe(1);
    expect(await one.during(intervalMs - 1)).toBe(0);
    expect(await one.during(1)).toBe(1);
  });

  test('reports what changes often once a second, and what does not matter not at all', async () => {
    const { summary, worker, pings, during } = start();
    await during(5000);
    for (let n = 0; n < 30; n += 1) {
      summary.paused = n;
      worker.change();
      await during(100);
    }
    await during(1000);
    expect(pings.length).toBeLessThanOrEqual(1 + 4);
    expect(pings.at(-1)?.Summary.Paused).toBe(29);
    summary.running += 1;
    worker.change();
    expect(await during(2000)).toBe(0);
  });

  test('asks a manager that is away at its own pace, whatever changes', async () => {
    const { summary, worker, manager, during } = start();
    manager.isUp = false;
    await during(intervalMs + 500 + 1000);
    summary.paused += 1;
    worker.change();
    expect(await during(1999)).toBe(0);
  });

  test('says goodbye when the worker stops, once; not when it broke by itself, nor to a manager that is away', async () => {
    const [leaving, broken, alone] = [start(), start(), start()];
    await leaving.during(0);
    leaving.worker.life = 'stopping';
    await Promise.all([leaving.beat.stop(), leaving.beat.stop()]);
    expect(leaving.pings.map(({ Life }) => Life)).toEqual(['serving', 'stopped']);
    await broken.beat.stop();
    expect(broken.pings).toHaveLength(1);
    alone.manager.isUp = false;
    await alone.during(intervalMs);
    const before = alone.pings.length;
    alone.worker.life = 'stopping';
    await alone.beat.stop();
    expect(alone.pings).toHaveLength(before);
  });
});
