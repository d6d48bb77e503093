import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SimulatedClock } from 'xstate';
import { every, longTimers, sleep, systemClock } from '#src/actors/system-clock.js';
import { NodeLikeClock } from '../tools/machines/setup.js';

const dayMs = 24 * 3600 * 1000;
const clockOf = (simulated: SimulatedClock) => {
  const node = {
    now: () => simulated.now(),
    setTimeout: simulated.setTimeout.bind(simulated),
    clearTimeout: (handle: unknown) => simulated.clearTimeout(handle as number),
  };
  return { now: node.now, ...longTimers(node) };
};

test.each([1, 24, 25, 90, 365])('a timer of %i days fires when they are over, and not before', (days) => {
  const simulated = new NodeLikeClock();
  const fired: number[] = [];
  clockOf(simulated).setTimeout(() => fired.push(simulated.now()), days * dayMs);
  for (let hour = 0; hour < (days + 1) * 24; hour++) simulated.increment(dayMs / 24);
  expect(fired).toEqual([days * dayMs]);
});

test('a long timer that is cleared on its way does not fire', () => {
  const simulated = new NodeLikeClock();
  const clock = clockOf(simulated);
  let isFired = false;
  const timer = clock.setTimeout(() => {
    isFired = true;
  }, 60 * dayMs);
  for (let day = 0; day < 40; day++) simulated.increment(dayMs);
  clock.clearTimeout(timer);
  for (let day = 0; day < 40; day++) simulated.increment(dayMs);
  expect(isFired).toBe(false);
});

test('a wait ends with its signal, which says why', async () => {
  const abort = new AbortController();
  const wait = sleep(30 * dayMs, abort.signal);
  abort.abort(new Error('the stage is aborted'));
  await expect(wait).rejects.toThrow('the stage is aborted');
  await expect(sleep(1, abort.signal)).rejects.toThrow('the stage is aborted');
  expect(systemClock.now()).toBeGreaterThan(0);
});

test('what is done again and again ends when it is stopped, also from within', () => {
  const simulated = new SimulatedClock();
  let times = 0;
  const stop = every(
    1000,
    () => {
      times += 1;
      if (times === 3) stop();
    },
    clockOf(simulated),
  );
  for (let second = 0; second < 10; second++) simulated.increment(1000);
  expect(times).toBe(3);
});

test('nothing but the one timer counts time: a duration from a configuration or a request may be of any length', () => {
  const files = globSync('{src,machines,cli}/**/*.{ts,tsx}').filter(
    (file) => !file.endsWith('system-clock.ts'),
  );
  const others = files.filter((file) =>
    /(?<![.\w])(?:setTimeout|setInterval)\((?!fn: )|import \{[^}]*set(?:Timeout|Interval)[^}]*\} from 'node:timers|AbortSignal\.timeout/.test(
      readFileSync(file, 'utf8'),
    ),
  );
  expect(others).toEqual([]);
});
