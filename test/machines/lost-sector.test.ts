import { describe, expect, test } from 'vitest';
import { at, operatorsPause, recordAt, sector, settings, startMs, thread } from '../tools/machines/setup.js';

const reason = 'the manager gave it up';
const paused = { isPaused: true, intent: operatorsPause };

type One = ReturnType<typeof thread>;
const nothing = async () => {};

/** Every mode a sector can be in when it is lost; what was asked of it before stays asked. */
const modes: readonly (readonly [
  string,
  string,
  Partial<Parameters<typeof thread>[0]>,
  (one: One) => Promise<void> | void,
])[] = [
  [
    'TicketAssigned.asking',
    'Aborted.active.running',
    { record: recordAt('TicketAssigned'), hasLines: true },
    nothing,
  ],
  [
    'TicketAssigned.waiting',
    'Aborted.active.running',
    { record: recordAt('TicketAssigned'), hasLines: true },
    async (one) => await one.places[0]?.answer({ granted: false }),
  ],
  [
    'TicketAssigned.active.running',
    'Aborted.active.running',
    { record: recordAt('TicketAssigned') },
    nothing,
  ],
  ['PCSubmitted.active.running', 'Aborted.active.running', { record: recordAt('PCSubmitted') }, nothing],
  [
    'TicketAssigned.active.pausing',
    'Aborted.paused',
    { record: recordAt('TicketAssigned') },
    (one) => one.pause(),
  ],
  [
    'TicketAssigned.active.frozen',
    'Aborted.paused',
    { record: recordAt('TicketAssigned') },
    (one) => one.pause('freeze'),
  ],
  [
    'Allocated.idle',
    'Aborted.active.running',
    { record: recordAt('Allocated') },
    (one) => one.succeed('Idle'),
  ],
  [
    'PC2Done.retrying',
    'Aborted.active.running',
    { record: recordAt('PC2Done', { tries: 1, nextAtMs: startMs + 9000 }) },
    nothing,
  ],
  ['C1Done.paused', 'Aborted.paused', { record: recordAt('C1Done', paused) }, nothing],
  [
    'C1Done.paused',
    'Aborted.active.running',
    {
      record: recordAt('C1Done', {
        isPaused: true,
        lastError: { level: 'permanent', message: 'No parameters', stage: 'C2', at: at(-900) },
      }),
    },
    nothing,
  ],
];

describe('a sector that the manager gave up', () => {
  test.each(modes)(
    'in %s: the thread goes to %s, with the reason and a row',
    async (before, after, start, prepare) => {
      const one = thread(start);
      await prepare(one);
      expect(one.where()).toBe(before);
      const { state, intent } = one.record();
      const commits = one.commits.length;
      one.lose(sector.id, reason);
      expect(one.where()).toBe(after);
      expect(one.commits).toHaveLength(commits + 1);
      expect(one.record()).toMatchObject({
        state: 'Aborted',
        sector,
        intent,
        isPaused: after === 'Aborted.paused',
        tries: 0,
        nextAtMs: null,
        outputs: { abortReason: reason },
        lastError: { level: 'abort', message: reason },
      });
      expect(one.lastRow()).toMatchObject({
        kind: 'error',
        level: 'abort',
        message: reason,
        from: state,
        to: 'Aborted',
        sector: sector.id,
      });
      // What ran for it is over; only the report of the abort may run.
      expect(one.live().map((run) => run.record.state)).toEqual(
        after === 'Aborted.paused' ? [] : ['Aborted'],
      );
      expect(one.places.filter(({ signal }) => !signal.aborted && one.where() !== before)).toHaveLength(
        before.endsWith('waiting') ? 1 : 0,
      );
      expect(one.left).toHaveLength(1);
    },
  );

  test('continues with the next sector', async () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    one.lose(sector.id, reason);
    await one.succeed('Released');
    expect(one.where()).toBe('Empty.resting');
    expect(one.record()).toMatchObject({ sector: null, outputs: {}, lastError: null });
  });

  test('and was paused is let go at the resume, with the manager’s reason', () => {
    const one = thread({ record: recordAt('C1Done', paused) });
    one.lose(sector.id, reason);
    one.resume();
    expect(one.where()).toBe('Aborted.active.running');
    expect(one.lastRun().record.outputs.abortReason).toBe(reason);
  });

  test('and was paused by an error, then by an operator, stays paused', () => {
    const lastError = { level: 'permanent', message: 'x', stage: 'C2', at: at(0) } as const;
    const one = thread({ record: recordAt('C1Done', { ...paused, lastError }) });
    one.lose(sector.id, reason);
    expect(one.where()).toBe('Aborted.paused');
  });

  test('that the manager holds for finalized, while an error has paused its thread here, is left to a person', () => {
    const lastError = { level: 'permanent', message: 'x', stage: 'C2', at: at(0) } as const;
    const one = thread({ record: recordAt('C1Done', { isPaused: true, lastError }) });
    one.lose(sector.id, reason, true);
    expect(one.where()).toBe('Aborted.paused');
  });

  test('what its aborted stage still says is not heard', async () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    const [run] = one.runs;
    one.lose(sector.id, reason);
    run?.resolve({ event: 'PC1' });
    await Promise.resolve();
    expect(one.where()).toBe('Aborted.active.running');
    expect(one.commits).toHaveLength(1);
  });

  test('while the thread stops: the stop does not wait for the stage any more', () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    one.stop();
    one.lose(sector.id, reason);
    expect(one.actor.getSnapshot().status).toBe('done');
    expect(one.commits.at(-1)?.record.state).toBe('Aborted');
    expect(one.live()).toEqual([]);
  });
});

test('a finished sector that the manager has aborted is aborted: its report would be refused for ever', () => {
  const one = thread({ record: recordAt('Finished') });
  one.lose(sector.id, reason);
  expect(one.where()).toBe('Aborted.active.running');
  expect(one.record().outputs.abortReason).toBe(reason);
});

describe('whose word it is stays known: stored files go by it', () => {
  const persisted = { record: recordAt('Persisted') };
  test.each<[string, (one: One) => void | Promise<void>, string]>([
    ['the manager, which gave it up', (one) => one.lose(sector.id, reason), 'manager'],
    ['the manager, which has its end', (one) => one.lose(sector.id, reason, true), 'finalized'],
    ['a stage', (one) => one.fail('abort', 'lost'), 'stage'],
  ])('%s', async (_, happens, by) => {
    const one = thread(persisted);
    await happens(one);
    expect(one.record()).toMatchObject({ state: 'Aborted', outputs: { abortedBy: by } });
  });

  test('an operator', () => {
    const one = thread({ record: recordAt('Persisted', paused) });
    one.resume('Aborted');
    expect(one.record()).toMatchObject({ state: 'Aborted', outputs: { abortedBy: 'operator' } });
  });

  test('an operator, of a sector whose end the manager has: it stays the manager’s word', () => {
    const one = thread({ record: recordAt('Persisted', paused) });
    one.lose(sector.id, reason, true);
    one.resume('Aborted');
    expect(one.record()).toMatchObject({ outputs: { abortedBy: 'finalized' } });
  });
});

describe('the word of a lost sector changes nothing', () => {
  test.each([
    ['of another sector', recordAt('TicketAssigned'), 's-t010000-3'],
    ['of another sector, while paused', recordAt('TicketAssigned', paused), 's-t010000-3'],
    ['when it is given up already', recordAt('Aborted'), sector.id],
    ['when it is given up already and paused', recordAt('Aborted', paused), sector.id],
    ['while the thread has no sector', recordAt('Empty'), sector.id],
    [
      'while it rests',
      recordAt('Empty', { isResting: true, nextAtMs: startMs + settings.sealIntervalMs }),
      sector.id,
    ],
  ])('%s', (_, record, id) => {
    const one = thread({ record });
    const before = one.where();
    one.lose(id, reason);
    expect(one.where()).toBe(before);
    expect(one.record()).toEqual(record);
    expect(one.commits).toEqual([]);
    expect(one.live()).toHaveLength(one.runs.length);
    expect(one.left).toEqual([]);
  });
});
