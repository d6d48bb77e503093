import { describe, expect, onTestFinished, test } from 'vitest';
import { type SpareOptions, spareThreads, threadChild, threadCount } from '#src/threads/index.js';
import { alone, backUp, call, underSupervisor } from '../tools/threads/child-setup.js';
import { fixture, longMs, rejectionOf } from '../tools/threads/setup.js';

const entry = fixture('actor.mjs');

function keep(options: Partial<SpareOptions> = {}) {
  const spares = spareThreads({ ...(options.machine ? {} : { entry }), count: 1, ...options });
  onTestFinished(() => spares.stop());
  return spares;
}

describe('a spare thread', () => {
  test('becomes the thread that starts next, with its data and incarnation; another takes its place', async () => {
    const spares = keep();
    await spares.filled();
    const { child } = await alone({ spares, data: (who: unknown) => ({ who }) }, 'first');
    expect(await child.call('facts', [], longMs)).toEqual({ data: { who: 'first' }, incarnation: 1 });
    expect(spares.stats()).toMatchObject({ taken: 1, ready: 0 });
    await spares.filled();
    expect(spares.stats()).toMatchObject({ taken: 1, ready: 1 });
  });

  test('goes on at once in the place of a crashed one', async () => {
    const spares = keep({ count: 2 });
    await spares.filled();
    const { supervisor, child } = await underSupervisor(['one'], { spares });
    const back = backUp(supervisor);
    call(child(), 'throwOutside');
    expect(await (await back).call('ping', [], longMs)).toBe(2);
    expect(spares.stats().taken).toBe(2);
  });

  test('takes events, is watched, and ends like any other', async () => {
    const spares = keep();
    await spares.filled();
    const { child, said } = await alone({ spares, heartbeatMs: 40, missed: 3 });
    child.send('an event');
    expect(await child.call('taken', [], longMs)).toEqual(['an event']);
    call(child, 'spin');
    expect(await child.exited).toMatchObject({ kind: 'crash', error: { code: 'thread_hung' } });
    expect(said).toEqual([{ took: 'an event', incarnation: 1 }]);
  });

  test('is not waited for: without one a fresh thread starts', async () => {
    const spares = keep({ count: 0 });
    const { child } = await alone({ spares });
    expect(await child.call('ping', [], longMs)).toBe(1);
  });

  test('that refuses its data has not started, with its own reason', async () => {
    const spares = keep();
    await spares.filled();
    expect(await rejectionOf(alone({ spares, data: { failAtStart: true } }))).toMatchObject({
      code: 'start_failed',
      message: 'actor did not start: its record cannot be read',
    });
  });

  test('loads a machine ahead', async () => {
    const spares = keep({ machine: fixture('door.mjs') });
    await spares.filled();
    const door = await threadChild({ machine: fixture('door.mjs'), name: 'door', spares })();
    expect(await door.call('snapshot', [], longMs)).toMatchObject({ value: 'shut' });
    await door.stop();
  });
});

test('spare threads of another kind are refused', () => {
  const spares = keep({ count: 0 });
  expect(() => threadChild({ machine: fixture('door.mjs'), name: 'door', spares })).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  );
});

test('a module that cannot be a spare thread says why, and is not tried in a loop', async () => {
  const spares = keep({ entry: fixture('verbs.mjs') });
  expect(await rejectionOf(spares.filled())).toMatchObject({ code: 'start_failed' });
  expect(spares.stats()).toMatchObject({ ready: 0, booting: 0 });
  expect(String(spares.stats().lastError)).toContain('awaitHost');
});

test('stop ends them all, ready or booting, also twice; nothing is left', async () => {
  const before = threadCount();
  const spares = keep({ count: 3 });
  await spares.stop();
  await spares.stop();
  expect(threadCount()).toBe(before);
  expect(spares.take()).toBeUndefined();
});
