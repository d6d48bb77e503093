import { describe, expect, test } from 'vitest';
import { recordAt, sector, settings, startMs, thread } from '../tools/machines/setup.js';

const hourMs = 3_600_000;

/** A thread in each wait, entered by the machine itself, and how long the wait is. */
const waits = {
  retrying: async (wallStepMs: () => number) => {
    const one = thread({ record: recordAt('PC2Done'), wallStepMs });
    await one.fail('temporary');
    return { one, waitMs: settings.recoverIntervalMs, state: 'PC2Done' };
  },
  idle: async (wallStepMs: () => number) => {
    const one = thread({ wallStepMs });
    await one.succeed('Idle');
    return { one, waitMs: settings.recoverIntervalMs, state: 'Empty' };
  },
  resting: async (wallStepMs: () => number) => {
    const one = thread({ record: recordAt('Finished'), wallStepMs });
    await one.succeed('Released');
    return { one, waitMs: settings.sealIntervalMs, state: 'Empty' };
  },
};

describe.each(Object.entries(waits))('a thread that is %s', (mode, enter) => {
  test.each([
    ['back an hour', -hourMs],
    ['forward eight hours', 8 * hourMs],
  ])('waits as long as before when the wall clock goes %s', async (_how, stepMs) => {
    let step = 0;
    const { one, waitMs, state } = await enter(() => step);
    expect(one.where()).toBe(`${state}.${mode}`);
    step = stepMs;
    one.clock.increment(waitMs - 1);
    expect(one.where()).toBe(`${state}.${mode}`);
    one.clock.increment(1);
    expect(one.where()).toBe(`${state}.active.running`);
  });

  test.each([
    ['back an hour', -hourMs],
    ['back eight hours', -8 * hourMs],
  ])('waits no longer than its delay over a restart when the wall clock went %s', async (_how, stepMs) => {
    const { one, waitMs, state } = await enter(() => 0);
    const record = JSON.parse(JSON.stringify(one.record())) as ReturnType<typeof one.record>;
    const next = thread({ record, wallStepMs: () => stepMs });
    expect(next.where()).toBe(`${state}.${mode}`);
    expect(next.record().nextAtMs).toBeLessThanOrEqual(startMs + stepMs + waitMs);
    next.clock.increment(waitMs);
    expect(next.where()).toBe(`${state}.active.running`);
  });
});

test('a record of before, which names no delay, waits no longer than its settings could have said', () => {
  const record = recordAt('PC2Done', { tries: 1, nextAtMs: startMs + 8 * hourMs });
  const one = thread({ record });
  one.clock.increment(settings.recoverIntervalMs);
  expect(one.where()).toBe('PC2Done.active.running');
});

test('what a stage took is never less than nothing, and not what the wall clock was set by', async () => {
  let step = 0;
  const one = thread({ record: recordAt('TicketAssigned'), wallStepMs: () => step });
  one.clock.increment(5000);
  step = -hourMs;
  await one.succeed('PC1');
  expect(one.lastRow()).toMatchObject({ durationMs: 5000 });
});

describe('a side that cannot be reached', () => {
  test('is waited out: no try is counted, however often, and the thread continues by itself', async () => {
    const one = thread({ record: recordAt('PC2Done', { sector }) });
    for (let n = 0; n < 50; n++) {
      await one.fail('temporary', 'cannot reach manager', true);
      expect(one.where()).toBe('PC2Done.retrying');
      one.clock.increment(100_000);
    }
    expect(one.record()).toMatchObject({ tries: 0, isPaused: false, outage: { n: 50 } });
    await one.succeed('SubmitPC');
    expect(one.where()).toBe('PCSubmitted.active.running');
    expect(one.record()).toMatchObject({ tries: 0, lastError: null });
    expect(one.record().outage).toBeUndefined();
  });

  test('is asked rarer and rarer, up to a minute, and not by all threads at once', async () => {
    const one = thread({ record: recordAt('PC2Done'), random: 0.5 });
    const waited: number[] = [];
    for (let n = 0; n < 6; n++) {
      await one.fail('temporary', 'cannot reach manager', true);
      waited.push(one.record().waitMs ?? 0);
      one.clock.increment(100_000);
    }
    expect(waited).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    const early = thread({ record: recordAt('PC2Done'), random: 0 });
    await early.fail('temporary', 'cannot reach manager', true);
    expect(early.record().waitMs).toBe(4000);
  });

  test('leaves one row a reason, and keeps the tries that were counted before', async () => {
    const one = thread({ record: recordAt('PC2Done', { tries: 1 }) });
    for (const message of ['ECONNREFUSED', 'ECONNREFUSED', 'ENOTFOUND']) {
      await one.fail('temporary', message, true);
      one.clock.increment(100_000);
    }
    expect(one.commits.filter(({ row }) => row?.kind === 'try')).toHaveLength(2);
    expect(one.record().tries).toBe(1);
    await one.fail('temporary', 'it broke');
    expect(one.record()).toMatchObject({ tries: 2 });
    expect(one.record().outage).toBeUndefined();
  });

  test('delays no pause', async () => {
    const one = thread({ record: recordAt('PC2Done') });
    await one.fail('temporary', 'cannot reach manager', true);
    one.pause();
    expect(one.where()).toBe('PC2Done.paused');
    one.resume();
    expect(one.where()).toBe('PC2Done.active.running');
  });
});
