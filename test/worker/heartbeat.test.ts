import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startHeartbeat, type WorkerInfo } from '#src/worker/heartbeat.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const intervalMs = 30_000;

function setup() {
  const pings: WorkerInfo[] = [];
  const warnings: string[] = [];
  const manager = { isUp: true };
  const summary = { threads: 3, empty: 1, paused: 1, running: 2, waiting: 0, errors: 1 };
  const beat = startHeartbeat({
    name: 'w1',
    dest: '127.0.0.1:17890',
    version: '0.1.0',
    intervalMs: () => intervalMs,
    summary: () => summary,
    life: () => 'serving',
    ping: async (info) => {
      pings.push(info);
      if (!manager.isUp) throw new Error('cannot reach the manager');
    },
    warn: (line) => void warnings.push(line),
  });
  onTestFinished(() => beat.stop());
  /** Pings in the next `ms`. */
  const during = async (ms: number) => {
    const before = pings.length;
    await vi.advanceTimersByTimeAsync(ms);
    return pings.length - before;
  };
  return { beat, pings, warnings, manager, summary, during };
}

describe('a heartbeat', () => {
  test('comes at once, with the field’s words, then each interval', async () => {
    const { pings, during } = setup();
    expect(pings).toEqual([
      {
        Name: 'w1',
        Dest: '127.0.0.1:17890',
        Version: '0.1.0',
        Life: 'serving',
        Summary: { Threads: 3, Empty: 1, Paused: 1, Running: 2, Waiting: 0, Errors: 1 },
      },
    ]);
    expect(await during(intervalMs - 1)).toBe(0);
    expect(await during(1)).toBe(1);
    expect(await during(3 * intervalMs)).toBe(3);
  });

  test('tells the counts of its own moment', async () => {
    const { pings, summary, during } = setup();
    summary.paused = 3;
    await during(intervalMs);
    expect(pings.map((ping) => ping.Summary.Paused)).toEqual([1, 3]);
  });

  test('that fails is tried again with growing pauses up to the interval; said once, and so is its end', async () => {
    const { pings, warnings, manager, during } = setup();
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
    const { beat, pings, warnings, manager, during } = setup();
    expect(await during(intervalMs - 1)).toBe(0);
    manager.isUp = false;
    vi.advanceTimersByTime(1);
    expect(pings).toHaveLength(2);
    beat.stop();
    beat.stop();
    expect(await during(10 * intervalMs)).toBe(0);
    expect(warnings).toEqual([]);
  });
});
