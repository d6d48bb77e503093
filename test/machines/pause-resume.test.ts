import { describe, expect, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { at, operatorsPause, recordAt, sector, startMs, thread } from '../tools/machines/setup.js';

const lastError = { level: 'permanent' as const, message: 'No parameters', stage: 'C2', at: at(-900) };
const heavy = sealer.states.filter((state) => state.processor !== undefined).map((state) => state.name);
const light = sealer.states.filter((state) => state.processor === undefined).map((state) => state.name);

describe('a pause takes hold at once', () => {
  test.each(light)('while the light stage of %s runs, which is aborted', (state) => {
    const one = thread({ record: recordAt(state, { lastError }) });
    one.clock.increment(700);
    one.pause();
    expect(one.where()).toBe(`${state}.paused`);
    expect(one.lastRun().signal.aborted).toBe(true);
    expect(one.commits).toHaveLength(1);
    expect(one.commits[0]?.record).toEqual({
      ...recordAt(state, { lastError }),
      isPaused: true,
      intent: { ...operatorsPause, at: at(700) },
      since: at(700),
    });
    expect(one.lastRow()).toMatchObject({
      kind: 'command',
      command: 'pause after-stage',
      by: 'alice',
      reason: 'swap disk',
      from: state,
      to: state,
    });
  });

  test('while idle: no job is asked for until the resume', async () => {
    const one = thread();
    await one.succeed('Idle');
    one.pause();
    expect(one.where()).toBe('Empty.paused');
    one.clock.increment(3_600_000);
    expect(one.runs).toHaveLength(1);
    one.resume();
    expect(one.where()).toBe('Empty.active.running');
  });

  test('while retrying: the tries are kept until the resume, which starts the stage at once', () => {
    const record = recordAt('PC2Done', { tries: 1, nextAtMs: startMs + 60_000 });
    const one = thread({ record });
    one.pause();
    expect(one.where()).toBe('PC2Done.paused');
    expect(one.record()).toMatchObject({ tries: 1, nextAtMs: null });
    one.clock.increment(3_600_000);
    expect(one.runs).toEqual([]);
    one.resume();
    expect(one.lastRun().record).toMatchObject({ state: 'PC2Done', tries: 0 });
  });

  test('what the aborted stage still says is not heard', async () => {
    const one = thread({ record: recordAt('PCSubmitted') });
    one.pause();
    await one.succeed('CheckPC');
    expect(one.where()).toBe('PCSubmitted.paused');
    expect(one.commits).toHaveLength(1);
  });
});

describe('a pause while a heavy stage runs', () => {
  test.each(heavy)('in %s waits for the end of the stage, then holds in the next state', async (state) => {
    const one = thread({ record: recordAt(state, { lastError }) });
    one.pause();
    expect(one.where()).toBe(`${state}.active.pausing`);
    expect(one.commits.at(-1)?.record).toMatchObject({
      intent: operatorsIntent(0),
      isPaused: false,
      lastError,
    });
    expect(one.live()).toHaveLength(1);
    const edge = sealer.edges.find(({ from }) => from === state);
    await one.succeed(edge?.event ?? '', { outputs: { made: 1 } });
    expect(one.where()).toBe(`${edge?.to}.paused`);
    expect(one.record()).toMatchObject({
      isPaused: true,
      intent: operatorsIntent(0),
      lastError,
      outputs: { made: 1 },
    });
    expect(one.runs).toHaveLength(1);
  });

  test('a second pause changes nothing', () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    one.pause();
    one.pause();
    expect(one.commits).toHaveLength(1);
    expect(one.where()).toBe('TicketAssigned.active.pausing');
  });

  test.each(['at once', 'behind a pause that waits'])(
    'now, %s: the stage is aborted, its state kept',
    (when) => {
      const one = thread({ record: recordAt('TicketAssigned') });
      if (when !== 'at once') one.pause();
      one.pause('now');
      expect(one.where()).toBe('TicketAssigned.paused');
      expect(one.lastRun().signal.aborted).toBe(true);
      expect(one.record()).toMatchObject({ state: 'TicketAssigned', isPaused: true, intent: { how: 'now' } });
      one.resume();
      expect(one.where()).toBe('TicketAssigned.active.running');
      expect(one.runs).toHaveLength(2);
    },
  );

  test('a resume before it holds cancels it: the same run continues, its time and tries as before', async () => {
    const record = recordAt('TicketAssigned', { tries: 1, lastError });
    const one = thread({ record });
    one.clock.increment(1000);
    one.pause();
    one.resume();
    expect(one.where()).toBe('TicketAssigned.active.running');
    expect(one.runs).toHaveLength(1);
    expect(one.record()).toEqual({ ...record, intent: null, lastError: null });
    expect(one.lastRow()).toMatchObject({ kind: 'command', command: 'resume', by: 'bob' });
    await one.succeed('PC1');
    expect(one.where()).toBe('PC1Done.active.running');
    expect(one.commits.at(-1)?.row?.durationMs).toBe(1000);
  });

  test('a resume to a state before it holds changes nothing', () => {
    const one = thread({ record: recordAt('TicketAssigned') });
    one.pause();
    one.resume('PieceAdded');
    expect(one.where()).toBe('TicketAssigned.active.pausing');
    expect(one.commits).toHaveLength(1);
  });
});

describe('a pause outlives the thread', () => {
  test('that waited for its stage: the restarted thread is paused, says since when, and resumes', () => {
    const one = thread({ record: recordAt('TicketAssigned', { intent: operatorsPause }) });
    expect(one.where()).toBe('TicketAssigned.paused');
    expect(one.runs).toEqual([]);
    expect(one.commits).toHaveLength(1);
    expect(one.commits[0]?.record).toMatchObject({ isPaused: true, intent: operatorsPause, since: at(0) });
    expect(one.lastRow()).toMatchObject({ kind: 'lifecycle', by: 'alice', reason: 'swap disk' });
    one.resume();
    expect(one.where()).toBe('TicketAssigned.active.running');
    expect(one.record().intent).toBeNull();
  });

  test('a sector that ends meanwhile leaves the thread paused without a sector', async () => {
    const one = thread({ record: recordAt('PC1Done') });
    one.pause();
    await one.fail('abort', 'lost');
    one.resume();
    one.pause();
    expect(one.where()).toBe('Aborted.paused');
    expect(one.record().intent).not.toBeNull();
  });
});

describe('a resume', () => {
  const paused = { isPaused: true, intent: operatorsPause, lastError };

  test('clears error, intent, tries and wait, and starts the stage of the state over', () => {
    const record = recordAt('C1Done', { ...paused, tries: 2, nextAtMs: startMs + 5 });
    const one = thread({ record });
    one.resume();
    expect(one.where()).toBe('C1Done.active.running');
    expect(one.record()).toEqual({ ...recordAt('C1Done'), since: at(0) });
    expect(one.lastRun()).toMatchObject({ record: { state: 'C1Done' }, commitsBefore: 1 });
    expect(one.lastRow()).toMatchObject({ kind: 'command', command: 'resume', by: 'bob', to: 'C1Done' });
  });

  test('to the very state the thread holds is a plain resume, and keeps the outputs', () => {
    const one = thread({ record: recordAt('C1Done', paused) });
    one.resume('C1Done');
    expect(one.where()).toBe('C1Done.active.running');
    expect(one.record().outputs).toEqual(recordAt('C1Done').outputs);
    expect(one.record().lastError).toBeNull();
  });

  test('to an earlier state drops the outputs it does not rest on', () => {
    const one = thread({ record: recordAt('C1Done', paused) });
    one.resume('TicketAssigned');
    expect(one.where()).toBe('TicketAssigned.active.running');
    expect(Object.keys(one.record().outputs)).toEqual(['deals', 'pieces', 'tree_d', 'ticket']);
    expect(one.lastRow()).toMatchObject({
      from: 'C1Done',
      to: 'TicketAssigned',
      command: 'resume --state TicketAssigned',
    });
  });

  test.each([
    ['whose outputs are not there', 'C2Done', () => true],
    ['whose files are not there', 'PC1Done', (name: string) => name !== 'layers'],
    ['nobody knows', 'Melted', () => true],
    ['Empty', 'Empty', () => true],
    ['Finished', 'Finished', () => true],
  ])('to a state %s changes nothing', (_, state, hasFile) => {
    const one = thread({ record: recordAt('C1Done', paused), hasFile });
    one.resume(state);
    expect(one.where()).toBe('C1Done.paused');
    expect(one.commits).toEqual([]);
  });

  test.each([
    ['whose outputs are not there', 'C2Done', () => true],
    ['whose files are not there', 'PC1Done', (name: string) => name !== 'layers'],
  ])('forced, to a state %s, goes there, and its row says so', (_, state, hasFile) => {
    const one = thread({ record: recordAt('C1Done', paused), hasFile });
    one.resume(state, 'I made it by hand', true);
    expect(one.where()).toBe(`${state}.active.running`);
    expect(one.record()).toMatchObject({ state, isPaused: false, intent: null, lastError: null });
    expect(one.lastRow()).toMatchObject({
      kind: 'command',
      command: `resume --state ${state} --force`,
      by: 'bob',
      reason: 'I made it by hand',
      from: 'C1Done',
      to: state,
    });
  });

  test.each([
    ['a state nobody knows', recordAt('C1Done', paused), 'Melted'],
    ['Empty', recordAt('C1Done', paused), 'Empty'],
    ['Finished', recordAt('C1Done', paused), 'Finished'],
    ['any state, without a sector', recordAt('Empty', paused), 'PC1Done'],
    ['Aborted, without a sector', recordAt('Empty', paused), 'Aborted'],
    ['any state, of a thread that runs', recordAt('C1Done'), 'PC1Done'],
  ])('forced, to %s, changes nothing', (_, record, state) => {
    const one = thread({ record });
    const before = one.where();
    one.resume(state, null, true);
    expect(one.where()).toBe(before);
    expect(one.commits).toEqual([]);
  });

  test('forced without a state is a plain resume', () => {
    const one = thread({ record: recordAt('C1Done', paused) });
    one.resume(null, null, true);
    expect(one.where()).toBe('C1Done.active.running');
    expect(one.record()).toEqual({ ...recordAt('C1Done'), since: at(0) });
  });

  test('outlives a restart: nothing of the pause comes back', () => {
    const before = thread({ record: recordAt('TicketAssigned', paused) });
    before.resume('PieceAdded');
    const one = thread({ record: before.record() });
    expect(one.where()).toBe('PieceAdded.active.running');
    expect(one.commits).toEqual([]);
  });

  test.each([
    ['running', recordAt('C1Done')],
    ['retrying', recordAt('C1Done', { tries: 1, nextAtMs: startMs + 1000 })],
  ])('of a thread that is %s changes nothing', (_, record) => {
    const one = thread({ record });
    const before = one.where();
    one.resume();
    one.resume('PC1Done');
    expect(one.where()).toBe(before);
    expect(one.commits).toEqual([]);
    expect(one.live()).toHaveLength(one.runs.length);
  });

  test.each([
    ['with its reason', 'the disk burned', 'the disk burned'],
    ['without a reason: who did it', null, 'aborted by bob'],
  ])('to Aborted gives the sector up, %s', (_, reason, message) => {
    const one = thread({ record: recordAt('C1Done', paused) });
    one.resume('Aborted', reason);
    expect(one.where()).toBe('Aborted.active.running');
    expect(one.lastRun().record).toMatchObject({
      sector,
      outputs: { abortReason: message },
      lastError: { level: 'abort', message, stage: 'C2' },
    });
  });
});

function operatorsIntent(ms: number) {
  return { ...operatorsPause, at: at(ms) };
}

test('a move back keeps what was noted of the outputs that it keeps, and of no others', () => {
  const noted = { ticket_at: 7, pc2_foreign: true, pre_commit_at: 8 };
  const record = recordAt('C1Done', { isPaused: true });
  const moved = thread({ record: { ...record, outputs: { ...record.outputs, ...noted } } });
  moved.resume('PC2Done');
  expect(moved.record().outputs).toMatchObject({ ticket_at: 7, pc2_foreign: true });
  expect(moved.record().outputs).not.toHaveProperty('pre_commit_at');
});
