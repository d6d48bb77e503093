import { describe, expect, test } from 'vitest';
import { type Plan, snapup, unseal, wdpost } from '#machines/index.js';
import type { ThreadRecord } from '#machines/thread-record.js';
import { at, operatorsPause, recordAt, sector, settings, startMs, thread } from '../tools/machines/setup.js';

describe('a temporary failure', () => {
  test('waits recover_interval, counts, and repeats the stage; the error is shown meanwhile', async () => {
    const one = thread({ record: recordAt('PC2Done') });
    await one.fail('temporary', 'manager unreachable');
    expect(one.where()).toBe('PC2Done.retrying');
    expect(one.record()).toMatchObject({
      state: 'PC2Done',
      tries: 1,
      isPaused: false,
      nextAtMs: startMs + settings.recoverIntervalMs,
      lastError: { level: 'temporary', message: 'manager unreachable', stage: 'SubmitPreCommit', at: at(0) },
    });
    expect(one.lastRow()).toMatchObject({ kind: 'try', level: 'temporary', stage: 'SubmitPreCommit' });
    one.clock.increment(settings.recoverIntervalMs);
    expect(one.where()).toBe('PC2Done.active.running');
    expect(one.lastRun().record).toMatchObject({ state: 'PC2Done', tries: 1 });
  });

  test('is repeated max_retries times in a row, then it counts as permanent', async () => {
    const one = thread({ record: recordAt('PC2Done'), settings: { maxRetries: 3 } });
    for (const n of [1, 2, 3]) {
      await one.fail('temporary', `failure ${n}`);
      expect(one.record().tries).toBe(n);
      one.clock.increment(settings.recoverIntervalMs);
    }
    await one.fail('temporary', 'failure 4');
    expect(one.runs).toHaveLength(4);
    expect(one.where()).toBe('PC2Done.paused');
    expect(one.record()).toMatchObject({
      isPaused: true,
      tries: 0,
      nextAtMs: null,
      intent: null,
      lastError: { level: 'permanent', message: 'failure 4' },
    });
    expect(one.commits.map(({ row }) => row?.kind)).toEqual(['try', 'try', 'try', 'error']);
  });

  test('with max_retries 0 is permanent at once', async () => {
    const one = thread({ record: recordAt('PC2Done'), settings: { maxRetries: 0 } });
    await one.fail('temporary');
    expect(one.where()).toBe('PC2Done.paused');
    expect(one.record().lastError?.level).toBe('permanent');
  });

  test('is counted over a restart of the thread', async () => {
    const one = thread({ record: recordAt('PC2Done', { tries: settings.maxRetries }) });
    await one.fail('temporary');
    expect(one.where()).toBe('PC2Done.paused');
  });

  test('is history once the stage was done: the thread counts no error any more', async () => {
    const one = thread({ record: recordAt('PC2Done') });
    await one.fail('temporary', 'manager unreachable');
    one.clock.increment(settings.recoverIntervalMs);
    await one.succeed('SubmitPC');
    expect(one.record()).toMatchObject({ state: 'PCSubmitted', lastError: null });
  });

  test('is history once there was nothing to do: the thread is idle, and counts anew', async () => {
    const one = thread({ record: recordAt('Allocated', { tries: settings.maxRetries - 1 }) });
    await one.fail('temporary', 'manager unreachable');
    one.clock.increment(settings.recoverIntervalMs);
    await one.succeed('Idle');
    expect(one.where()).toBe('Allocated.idle');
    expect(one.record()).toMatchObject({ tries: 0, lastError: null });
    expect(one.commits).toHaveLength(2);
    expect(one.lastRow()).toMatchObject({
      kind: 'lifecycle',
      event: 'Recovered',
      level: null,
      from: 'Allocated',
      to: 'Allocated',
    });
    one.clock.increment(settings.recoverIntervalMs);
    await one.fail('temporary', 'manager unreachable');
    expect(one.where()).toBe('Allocated.retrying');
    expect(one.record().tries).toBe(1);
  });

  test('is counted anew once the stage was done', async () => {
    const one = thread({ record: recordAt('PC2Done', { tries: 2 }) });
    await one.succeed('SubmitPC');
    expect(one.record().tries).toBe(0);
    await one.fail('temporary');
    expect(one.record()).toMatchObject({ state: 'PCSubmitted', tries: 1 });
  });
});

describe('the stage’s own policy', () => {
  const pc2 = { tries: 3, firstMs: 1000, factor: 3, capMs: 5000, jitter: 0.5 };
  const record = recordAt('PC1Done');

  test('says how often and how long after a try comes, with its jitter; the other stages keep upstream’s', async () => {
    const one = thread({ record, settings: { retry: { pc2 } }, random: 1 });
    for (const waitMs of [1500, 4500, 7500]) {
      await one.fail('temporary');
      expect(one.record().nextAtMs).toBe(startMs + one.clock.now() + waitMs);
      one.clock.increment(waitMs - 1);
      expect(one.where()).toBe('PC1Done.retrying');
      one.clock.increment(1);
      expect(one.where()).toBe('PC1Done.active.running');
    }
    await one.fail('temporary');
    expect(one.where()).toBe('PC1Done.paused');
    one.resume();
    await one.succeed('PC2');
    await one.fail('temporary');
    expect(one.record().nextAtMs).toBe(startMs + one.clock.now() + settings.recoverIntervalMs);
  });

  test('is read when it is needed: settings that change while a stage runs hold for its failure', async () => {
    const now = { ...settings };
    const one = thread({ record, settings: now });
    Object.assign(now, { retry: { pc2 }, maxRetries: 0 });
    await one.fail('temporary');
    expect(one.record()).toMatchObject({ tries: 1, nextAtMs: startMs + 1000 });
  });
});

describe.each(['permanent', 'critical'] as const)('a %s failure', (level) => {
  test('pauses the thread, which keeps its state, its outputs and the error', async () => {
    const record = recordAt('C1Done');
    const one = thread({ record });
    await one.fail(level, 'No cached parameters found');
    expect(one.where()).toBe('C1Done.paused');
    expect(one.record()).toEqual({
      ...record,
      isPaused: true,
      lastError: { level, message: 'No cached parameters found', stage: 'C2', at: at(0) },
      since: at(0),
    });
    expect(one.commits).toHaveLength(1);
    expect(one.lastRow()).toMatchObject({
      kind: 'error',
      level,
      from: 'C1Done',
      to: 'C1Done',
      sector: sector.id,
    });
    one.clock.increment(24 * 3600 * 1000);
    expect(one.runs).toHaveLength(1);
  });
});

describe('of a job that others wait behind, with no hours of work in it', () => {
  const held = (plan: Plan, state: string, more: Partial<ThreadRecord> = {}) => ({
    plan,
    record: recordAt(state, more, plan),
  });
  const tried = { tries: settings.maxRetries };

  test.each([
    ['a piece that cannot be unsealed', held(unseal, 'Allocated'), 'permanent'],
    ['a destination that refuses it', held(unseal, 'Unsealed'), 'permanent'],
    ['a destination that nobody reaches, after its tries', held(unseal, 'Unsealed', tried), 'temporary'],
    [
      'a proof that the manager does not take, after its tries',
      held(wdpost, 'Generated', tried),
      'temporary',
    ],
  ] as const)('%s ends it with its reason, and the thread asks for the next', async (_, start, level) => {
    const one = thread(start);
    await one.fail(level, 'it is damaged');
    expect(one.where()).toBe('Aborted.active.running');
    expect(one.lastRun().record).toMatchObject({
      isPaused: false,
      outputs: { abortReason: 'it is damaged', abortedBy: 'stage' },
      lastError: { level: 'abort', message: 'it is damaged' },
    });
    await one.succeed('Released');
    one.clock.increment(settings.sealIntervalMs);
    expect(one.where()).toBe('Empty.active.running');
  });

  test.each([
    ['a disk that is missing, after its tries', held(unseal, 'Allocated', tried), 'temporary'],
    ['a disk that fails', held(unseal, 'Allocated'), 'critical'],
    ['an end that the manager does not take', held(unseal, 'Finished'), 'permanent'],
    ['an upgrade', held(snapup, 'TreeDBuilt'), 'permanent'],
  ] as const)('but not %s: that is for a person', async (_, start, level) => {
    const one = thread(start);
    await one.fail(level);
    expect(one.where()).toBe(`${start.record.state}.paused`);
  });

  test('what an operator paused meanwhile stays paused, and is aborted at its resume', async () => {
    const one = thread(held(unseal, 'Allocated'));
    one.pause();
    await one.fail('permanent', 'it is damaged');
    expect(one.where()).toBe('Aborted.paused');
    one.resume();
    expect(one.lastRun().record.outputs).toMatchObject({ abortReason: 'it is damaged', abortedBy: 'stage' });
  });
});

describe('an abort', () => {
  test('gives the sector up: the reason is in the record when the report starts, then the thread is free', async () => {
    const one = thread({ record: recordAt('PC2Done') });
    await one.fail('abort', 'the pre-commit was rejected');
    expect(one.where()).toBe('Aborted.active.running');
    expect(one.lastRun().record).toMatchObject({
      state: 'Aborted',
      sector,
      outputs: { abortReason: 'the pre-commit was rejected' },
      lastError: { level: 'abort', message: 'the pre-commit was rejected', stage: 'SubmitPreCommit' },
    });
    expect(one.lastRow()).toMatchObject({ kind: 'error', level: 'abort', from: 'PC2Done', to: 'Aborted' });
    await one.succeed('Released');
    expect(one.where()).toBe('Empty.resting');
    expect(one.record()).toMatchObject({ sector: null, outputs: {}, lastError: null });
  });

  test('whose report fails is reported later, with the reason of the abort', async () => {
    const one = thread({ record: recordAt('PC2Done') });
    await one.fail('abort', 'the pre-commit was rejected');
    await one.fail('temporary', 'manager unreachable');
    expect(one.where()).toBe('Aborted.retrying');
    one.clock.increment(settings.recoverIntervalMs);
    expect(one.lastRun().record.outputs.abortReason).toBe('the pre-commit was rejected');
  });

  test('keeps its reason over the resume that clears the error', async () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    one.pause();
    await one.fail('abort', 'the sector is lost');
    expect(one.where()).toBe('Aborted.paused');
    one.resume();
    expect(one.record().lastError).toBeNull();
    expect(one.lastRun().record.outputs.abortReason).toBe('the sector is lost');
  });

  test('of what is aborted already pauses instead of looping', async () => {
    const one = thread({ record: recordAt('Aborted') });
    await one.fail('abort', 'not known here');
    expect(one.where()).toBe('Aborted.paused');
    expect(one.record().lastError).toMatchObject({ level: 'permanent', message: 'not known here' });
    expect(one.runs).toHaveLength(1);
  });
});

describe('a failure while a pause waits for the stage', () => {
  test.each([
    ['temporary', 'C1Done.paused', 'temporary'],
    ['permanent', 'C1Done.paused', 'permanent'],
    ['critical', 'C1Done.paused', 'critical'],
    ['abort', 'Aborted.paused', 'abort'],
  ] as const)(
    '%s: the thread stands still in %s with its error and the intent',
    async (level, where, shown) => {
      const one = thread({ record: recordAt('C1Done') });
      one.pause();
      await one.fail(level);
      expect(one.where()).toBe(where);
      expect(one.record()).toMatchObject({
        isPaused: true,
        intent: { ...operatorsPause, at: at(0) },
        lastError: { level: shown },
      });
      expect(one.live()).toEqual([]);
    },
  );
});
