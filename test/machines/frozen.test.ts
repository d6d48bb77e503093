import { describe, expect, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { at, operatorsPause, recordAt, settings, startMs, thread } from '../tools/machines/setup.js';

const heavy = sealer.states.filter((state) => state.processor !== undefined).map((state) => state.name);
const light = sealer.states.filter((state) => state.processor === undefined).map((state) => state.name);
const frozenIntent = { ...operatorsPause, how: 'freeze' as const };
const lastError = { level: 'permanent' as const, message: 'No parameters', stage: 'C2', at: at(-900) };

function frozen(state = 'TicketAssigned', facts: Parameters<typeof recordAt>[1] = {}) {
  const one = thread({ record: recordAt(state, facts) });
  one.clock.increment(1000);
  one.pause('freeze');
  expect(one.where()).toBe(`${state}.active.frozen`);
  return one;
}

describe('a frozen stage', () => {
  test.each(heavy)('of %s holds the thread at once and keeps its run', (state) => {
    const one = frozen(state, { lastError, tries: 1 });
    expect(one.lastRun().signal.aborted).toBe(false);
    expect(one.live()).toHaveLength(1);
    expect(one.commits).toHaveLength(1);
    expect(one.record()).toEqual({
      ...recordAt(state, { lastError, tries: 1 }),
      isPaused: true,
      intent: { ...frozenIntent, at: at(1000) },
      since: at(1000),
    });
    expect(one.lastRow()).toMatchObject({
      kind: 'command',
      command: 'pause freeze',
      by: 'alice',
      from: state,
      to: state,
    });
  });

  test.each(light)('is none in %s, which only waits: the pause is a plain one', (state) => {
    const one = thread({ record: recordAt(state) });
    one.pause('freeze');
    expect(one.where()).toBe(`${state}.paused`);
    expect(one.live()).toEqual([]);
  });

  test('continues at the resume: the same run, a row, the error cleared, the tries kept', async () => {
    const one = frozen('TicketAssigned', { lastError, tries: 1 });
    one.clock.increment(5000);
    one.resume();
    expect(one.where()).toBe('TicketAssigned.active.running');
    expect(one.runs).toHaveLength(1);
    expect(one.live()).toHaveLength(1);
    expect(one.record()).toEqual({ ...recordAt('TicketAssigned', { tries: 1 }), since: at(6000) });
    expect(one.commits).toHaveLength(2);
    expect(one.lastRow()).toMatchObject({
      kind: 'command',
      command: 'resume',
      by: 'bob',
      to: 'TicketAssigned',
    });
    await one.succeed('PC1');
    expect(one.where()).toBe('PC1Done.active.running');
  });

  test('is frozen behind a pause that waits, and nothing of that pause is left at the resume', async () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    one.pause();
    one.pause('freeze');
    expect(one.where()).toBe('TicketAssigned.active.frozen');
    expect(one.record()).toMatchObject({ isPaused: true, intent: { how: 'freeze' } });
    one.resume();
    await one.succeed('PC1');
    expect(one.where()).toBe('PC1Done.active.running');
  });

  test.each(['TicketAssigned', 'PieceAdded'])(
    'starts over at a resume to %s by name: what ran is aborted',
    (state) => {
      const one = frozen();
      const [before] = one.runs;
      one.resume(state);
      expect(one.where()).toBe(`${state}.active.running`);
      expect(before?.signal.aborted).toBe(true);
      expect(one.runs).toHaveLength(2);
      expect(one.live()).toHaveLength(1);
      expect(one.lastRun()).toMatchObject({
        record: { state, isPaused: false, intent: null },
        commitsBefore: 2,
      });
      expect(one.lastRow()).toMatchObject({ command: `resume --state ${state}`, to: state });
    },
  );

  test('stays as it is at a resume to a state that is not possible', () => {
    const one = frozen();
    one.resume('C2Done');
    expect(one.where()).toBe('TicketAssigned.active.frozen');
    expect(one.live()).toHaveLength(1);
    expect(one.commits).toHaveLength(1);
  });

  test('is aborted by a pause now: the thread stays paused', () => {
    const one = frozen();
    one.pause('now');
    expect(one.where()).toBe('TicketAssigned.paused');
    expect(one.lastRun().signal.aborted).toBe(true);
    expect(one.record()).toMatchObject({ isPaused: true, intent: { how: 'now' } });
    expect(one.lastRow()).toMatchObject({ kind: 'command', command: 'pause now' });
  });

  test.each(['after-stage', 'freeze'] as const)('is not paused twice: pause %s changes nothing', (how) => {
    const one = frozen();
    one.pause(how);
    expect(one.where()).toBe('TicketAssigned.active.frozen');
    expect(one.commits).toHaveLength(1);
  });

  test('is not there any more after a restart: the thread is paused, the stage starts over at the resume', () => {
    const before = frozen();
    const one = thread({ record: before.record() });
    expect(one.where()).toBe('TicketAssigned.paused');
    expect([...one.runs, ...one.commits]).toEqual([]);
    one.resume();
    expect(one.where()).toBe('TicketAssigned.active.running');
  });

  test('ends with its thread at a stop', () => {
    const one = frozen();
    one.stop();
    expect(one.actor.getSnapshot().status).toBe('done');
    expect(one.live()).toEqual([]);
    expect(one.commits).toHaveLength(1);
  });
});

describe('frozen time', () => {
  test('is not counted in the duration of the stage, however often it is frozen', async () => {
    const one = frozen();
    one.clock.increment(3_600_000);
    one.resume();
    one.clock.increment(2000);
    one.pause('freeze');
    one.clock.increment(7_200_000);
    one.resume();
    one.clock.increment(500);
    await one.succeed('PC1');
    expect(one.lastRow()).toMatchObject({ event: 'PC1', durationMs: 3500 });
  });

  test('is not counted when the answer comes while the stage is frozen', async () => {
    const one = frozen();
    one.clock.increment(3_600_000);
    await one.succeed('PC1');
    expect(one.lastRow()).toMatchObject({ event: 'PC1', durationMs: 1000 });
  });

  test('of one stage is nothing to the next', async () => {
    const one = frozen();
    one.clock.increment(3_600_000);
    one.resume();
    await one.succeed('PC1');
    one.clock.increment(40);
    await one.succeed('PC2');
    expect(one.lastRow()).toMatchObject({ event: 'PC2', durationMs: 40 });
  });
});

describe('a stage that ends while it is frozen', () => {
  test('done: what it made is kept, and the thread is paused in the next state', async () => {
    const one = frozen();
    await one.succeed('PC1', { outputs: { pc1: 1 } });
    expect(one.where()).toBe('PC1Done.paused');
    expect(one.record()).toMatchObject({ isPaused: true, intent: frozenIntentAt(1000), outputs: { pc1: 1 } });
    expect(one.runs).toHaveLength(1);
    one.resume();
    expect(one.where()).toBe('PC1Done.active.running');
  });

  test.each([
    ['temporary', 'TicketAssigned.paused', 1],
    ['permanent', 'TicketAssigned.paused', 0],
    ['critical', 'TicketAssigned.paused', 0],
    ['abort', 'Aborted.paused', 0],
  ] as const)(
    '%s: the thread stands still in %s, and waits for nothing but the resume',
    async (level, where, tries) => {
      const one = frozen();
      await one.fail(level);
      expect(one.where()).toBe(where);
      expect(one.record()).toMatchObject({
        isPaused: true,
        intent: frozenIntentAt(1000),
        lastError: { level },
        tries,
        nextAtMs: null,
      });
      one.clock.increment(settings.recoverIntervalMs);
      expect(one.runs).toHaveLength(1);
    },
  );

  test('with nothing to do: the thread is paused as soon as it is written', async () => {
    const one = frozen();
    await one.succeed('Idle');
    expect(one.where()).toBe('TicketAssigned.paused');
    expect(one.record()).toEqual(one.commits.at(-1)?.record);
  });
});

test('a pause waits for nothing but its resume: no try and no rest is announced', async () => {
  const failing = thread({ record: recordAt('C1Done') });
  failing.pause();
  await failing.fail('temporary');
  expect(failing.record()).toMatchObject({ isPaused: true, tries: 1, nextAtMs: null });

  const retrying = thread({ record: recordAt('C1Done', { tries: 1, nextAtMs: startMs + 60_000 }) });
  retrying.pause();
  expect(retrying.record()).toMatchObject({ isPaused: true, tries: 1, nextAtMs: null });

  const resting = thread({ record: recordAt('Empty', { isResting: true, nextAtMs: startMs + 60_000 }) });
  resting.pause();
  expect(resting.record()).toMatchObject({ isPaused: true, isResting: false, nextAtMs: null });
});

function frozenIntentAt(ms: number) {
  return { ...frozenIntent, at: at(ms) };
}
