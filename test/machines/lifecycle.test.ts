import { describe, expect, test } from 'vitest';
import { sealer } from '#machines/index.js';
import {
  at,
  NodeLikeClock,
  recordAt,
  sector,
  settings,
  startMs,
  thread,
  withLongTimers,
} from '../tools/machines/setup.js';

const names = sealer.states.map((state) => state.name);

describe('a thread starts from its record', () => {
  test.each(names)('recorded in %s, it runs the stage of that state, and writes nothing first', (state) => {
    const record = recordAt(state);
    const one = thread({ record });
    expect(one.where()).toBe(`${state}.active.running`);
    expect(one.runs.map((run) => run.record)).toEqual([record]);
    expect(one.commits).toEqual([]);
  });

  test.each(names)('paused in %s, it stays paused and starts no stage', (state) => {
    const one = thread({ record: recordAt(state, { isPaused: true }) });
    expect(one.where()).toBe(`${state}.paused`);
    expect(one.runs).toEqual([]);
  });

  test('a wait that was recorded lasts to its own end, not anew', () => {
    const one = thread({ record: recordAt('PC2Done', { tries: 1, nextAtMs: startMs + 10_000 }) });
    expect(one.where()).toBe('PC2Done.retrying');
    one.clock.increment(9_999);
    expect(one.runs).toEqual([]);
    one.clock.increment(1);
    expect(one.where()).toBe('PC2Done.active.running');
  });

  test('a wait whose end has passed while the thread was down is over', () => {
    const one = thread({ record: recordAt('PC2Done', { tries: 1, nextAtMs: startMs - 5 }) });
    one.clock.increment(0);
    expect(one.where()).toBe('PC2Done.active.running');
  });

  test('a wait longer than a timer can count does not end at once', () => {
    const monthsMs = 90 * 24 * 3600 * 1000;
    const record = recordAt('PC2Done', { tries: 1, nextAtMs: startMs + monthsMs, waitMs: monthsMs });
    const clock = new NodeLikeClock();
    const one = thread({ record, clock: withLongTimers(clock) });
    one.clock.increment(monthsMs - 1);
    expect(one.where()).toBe('PC2Done.retrying');
    one.clock.increment(1);
    expect(one.where()).toBe('PC2Done.active.running');
  });
});

describe('a stage that is done leads along its edge', () => {
  test.each(sealer.edges.map((edge) => [edge.from, edge.event, edge.to] as const))(
    '%s --%s--> %s, committed before the next stage starts',
    async (from, event, to) => {
      const one = thread({ record: recordAt(from) });
      one.clock.increment(1234);
      await one.succeed(event, { outputs: { made: 1 }, ...(from === 'Empty' ? { sector } : {}) });
      expect(one.where()).toBe(`${to}.active.running`);
      expect(one.runs.map((run) => run.commitsBefore)).toEqual([0, 1]);
      const { record, row } = one.commits[0] ?? {};
      expect(record).toMatchObject({ state: to, sector, isPaused: false, tries: 0, since: at(1234) });
      expect(record?.outputs).toEqual({ ...recordAt(from).outputs, made: 1 });
      expect(one.lastRun().record).toEqual(record);
      expect(row).toMatchObject({ kind: 'transition', sector: sector.id, from, to, event, durationMs: 1234 });
      expect(row?.stage).toBe(sealer.states.find((state) => state.name === from)?.stage);
    },
  );

  test('an event that does not lead out of the state is a critical error, never a silent stop', async () => {
    const one = thread({ record: recordAt('PC1Done') });
    await one.succeed('Persist', { outputs: { persisted: 1 } });
    expect(one.where()).toBe('PC1Done.paused');
    expect(one.record().lastError).toMatchObject({ level: 'critical', stage: 'PC2' });
    expect(one.record().lastError?.message).toMatch(/no edge Persist leads out of PC1Done/);
    expect(one.record().outputs).not.toHaveProperty('persisted');
    expect(one.commits).toHaveLength(1);
  });

  test('each stage is timed from its own start', async () => {
    const one = thread({ record: recordAt('PC1Done') });
    one.clock.increment(1000);
    await one.succeed('PC2');
    one.clock.increment(500);
    await one.succeed('SubmitPC');
    expect(one.commits.map(({ row }) => row?.durationMs)).toEqual([1000, 500]);
  });
});

describe('without a job', () => {
  test('the thread waits recover_interval, writes nothing, and asks again', async () => {
    const one = thread();
    await one.succeed('Idle');
    expect(one.where()).toBe('Empty.idle');
    expect(one.commits).toEqual([]);
    one.clock.increment(settings.recoverIntervalMs - 1);
    expect(one.runs).toHaveLength(1);
    one.clock.increment(1);
    expect(one.runs).toHaveLength(2);
  });

  test('a sector that waits for deals keeps its state', async () => {
    const one = thread({ record: recordAt('Allocated') });
    await one.succeed('Idle');
    expect(one.where()).toBe('Allocated.idle');
    expect(one.record()).toMatchObject({ state: 'Allocated', sector, tries: 0, lastError: null });
  });
});

describe.each(['Finished', 'Aborted'])('a sector that is %s', (state) => {
  test('frees the thread, which rests seal_interval before it asks for the next', async () => {
    const one = thread({ record: recordAt(state, { tries: 1 }) });
    await one.succeed('Released');
    expect(one.where()).toBe('Empty.resting');
    expect(one.record()).toMatchObject({
      state: 'Empty',
      sector: null,
      outputs: {},
      tries: 0,
      lastError: null,
    });
    expect(one.lastRow()).toMatchObject({ from: state, to: 'Empty', event: 'Released', sector: sector.id });
    one.clock.increment(settings.sealIntervalMs - 1);
    expect(one.runs).toHaveLength(1);
    one.clock.increment(1);
    expect(one.where()).toBe('Empty.active.running');
  });
});

describe('stop', () => {
  test.each([
    ['while a light stage runs', 'PCSubmitted', {}],
    ['while it waits', 'PC2Done', { tries: 1, nextAtMs: startMs + 1000 }],
    ['while it is paused', 'PC1Done', { isPaused: true }],
  ])('%s ends the machine at once and aborts what ran', (_, state, facts) => {
    const one = thread({ record: recordAt(state, facts) });
    one.stop();
    expect(one.actor.getSnapshot().status).toBe('done');
    expect(one.live()).toEqual([]);
    expect(one.commits).toEqual([]);
  });

  test('while a heavy stage runs waits for its end, keeps what it made, and starts no other', async () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    one.stop();
    expect(one.where()).toBe('TicketAssigned.active.stopping');
    expect(one.live()).toHaveLength(1);
    await one.succeed('PC1');
    expect(one.actor.getSnapshot().status).toBe('done');
    expect(one.commits.at(-1)?.record.state).toBe('PC1Done');
    expect(one.runs).toHaveLength(1);
  });

  test('while pausing keeps the intent, and the record is paused when the stage is done', async () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    one.pause();
    one.stop();
    await one.succeed('PC1');
    expect(one.actor.getSnapshot().status).toBe('done');
    expect(one.commits.at(-1)?.record).toMatchObject({ state: 'PC1Done', isPaused: true });
  });

  test('a heavy stage that fails while stopping is recorded, and the machine ends', async () => {
    const one = thread({ record: recordAt('C1Done') });
    one.stop();
    await one.fail('permanent', 'no parameters');
    expect(one.actor.getSnapshot().status).toBe('done');
    expect(one.commits.at(-1)?.record.lastError?.message).toBe('no parameters');
  });
});
