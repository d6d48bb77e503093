import { expect, test, vi } from 'vitest';
import { WorkerWatch } from '#src/manager/worker-watch.js';
import { toldEvents } from '../tools/protocol/told-events.js';

test('a worker that comes, moves, falls silent, comes back and is removed is a line each', () => {
  vi.useFakeTimers();
  try {
    const { emit, lines } = toldEvents();
    const clock = { now: () => Date.now(), setTimeout, clearTimeout };
    const workers = new WorkerWatch(emit, clock);
    workers.seen('w1', '10.0.0.1:17890');
    vi.advanceTimersByTime(60_000);
    workers.seen('w1', '10.0.0.1:17890');
    vi.advanceTimersByTime(180_000);
    workers.seen('w1', '10.0.0.1:17890');
    workers.seen('w1', '10.0.0.2:17890');
    workers.removed('w1');
    vi.advanceTimersByTime(3_600_000);
    expect(lines).toEqual([
      'info worker w1 reports from 10.0.0.1:17890',
      'warn worker w1 at 10.0.0.1:17890 has not reported for 180 s',
      'info worker w1 reports again',
      'warn worker w1 reports from 10.0.0.2:17890, no longer from 10.0.0.1:17890',
      'info worker w1 is removed from the list',
    ]);
  } finally {
    vi.useRealTimers();
  }
});
