import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sectorOf } from '#src/protocol/sector.js';
import { summarize, type ThreadMode, type ThreadView } from '#src/protocol/thread.js';
import { fromUpstreamThread, toUpstreamThread } from '#src/protocol/upstream-thread.js';
import { nowMs, pausedView, viewOf } from '../tools/protocol/views.js';

const modes: readonly ThreadMode[] = [
  'idle',
  'running',
  'waiting',
  'retrying',
  'pausing',
  'paused',
  'resting',
  'restarting',
  'failed',
];

test('a paused thread holds the fields of v0.2 and of today at once, and no others', () => {
  expect(toUpstreamThread(pausedView(), nowMs)).toStrictEqual({
    location: '/store1',
    sector_id: { Miner: 10000, Number: 2 },
    index: 0,
    paused: true,
    paused_elapsed: 17,
    state: 'C1Done',
    last_error: 'permanent: No cached parameters found',
    plan: 'sealer',
    job_id: 's-t010000-2',
    thread_state: { state: 'Paused', elapsed: 17 },
    job_state: 'C1Done',
    job_stage: 'C2',
  });
});

test('a thread without a sector says null where there is nothing', () => {
  expect(toUpstreamThread(viewOf(), nowMs)).toStrictEqual({
    location: '/store1',
    sector_id: null,
    index: 0,
    paused: false,
    paused_elapsed: null,
    state: 'Empty',
    last_error: null,
    plan: 'sealer',
    job_id: null,
    thread_state: { state: 'Idle' },
    job_state: 'Empty',
    job_stage: null,
  });
});

test.each<[ThreadMode, object]>([
  ['idle', { state: 'Idle' }],
  ['running', { state: 'Running', elapsed: 17, proc: 'pc1' }],
  ['waiting', { state: 'Waiting', elapsed: 17 }],
  ['retrying', { state: 'Idle' }],
  ['pausing', { state: 'Running', elapsed: 17, proc: 'pc1' }],
  ['paused', { state: 'Paused', elapsed: 17 }],
  ['resting', { state: 'Idle' }],
  ['restarting', { state: 'Idle' }],
  ['failed', { state: 'Idle' }],
])('mode %s is thread_state %j', (mode, expected) => {
  const thread = toUpstreamThread(viewOf({ mode, processor: { name: 'pc1', pid: null } }), nowMs);
  expect(thread.thread_state).toStrictEqual(expected);
  expect(thread.paused).toBe(mode === 'paused');
});

test('a stage without a processor runs with proc null', () => {
  expect(toUpstreamThread(viewOf({ mode: 'running' }), nowMs).thread_state).toStrictEqual({
    state: 'Running',
    elapsed: 17,
    proc: null,
  });
});

test('a clock that is behind the thread gives no negative time', () => {
  const early = Date.parse('2026-11-22T09:00:00.000Z');
  expect(toUpstreamThread(pausedView(), early).paused_elapsed).toBe(0);
});

test('a thread of v0.2 is read: sector, pause with its age, error with its level', () => {
  const view = fromUpstreamThread(
    {
      location: '/store1',
      sector_id: { Miner: 10000, Number: 2 },
      index: 1,
      paused: true,
      paused_elapsed: 822,
      state: 'C1Done',
      last_error: 'permanent: two\nlines',
    },
    nowMs,
  );
  expect(view).toMatchObject({
    index: 1,
    plan: 'sealer',
    sector: { miner: 10000, number: 2, id: 's-t010000-2' },
    state: 'C1Done',
    mode: 'paused',
    since: new Date(nowMs - 822_000).toISOString(),
    lastError: { level: 'permanent', message: 'two\nlines' },
  });
});

test("a thread of today's is read, which has neither sector_id nor paused", () => {
  const told = {
    location: '/store1',
    plan: 'snapup',
    job_id: 's-t010000-2',
    index: 1,
    job_state: 'C1Done',
    job_stage: 'C2',
    last_error: null,
  };
  const paused = fromUpstreamThread({ ...told, thread_state: { state: 'Paused', elapsed: 17 } }, nowMs);
  expect(paused).toMatchObject({
    plan: 'snapup',
    sector: { miner: 10000, number: 2, id: 's-t010000-2' },
    state: 'C1Done',
    stage: 'C2',
    mode: 'paused',
    since: new Date(nowMs - 17_000).toISOString(),
    lastError: null,
  });
  const running = { state: 'Running', elapsed: 100, proc: 'pc1' } as const;
  expect(fromUpstreamThread({ ...told, thread_state: running }, nowMs)).toMatchObject({
    mode: 'running',
    processor: { name: 'pc1', pid: null },
    since: new Date(nowMs - 100_000).toISOString(),
  });
  expect(fromUpstreamThread({ ...told, thread_state: { state: 'Waiting', elapsed: 3 } }, nowMs).mode).toBe(
    'waiting',
  );
  expect(fromUpstreamThread({ ...told, thread_state: { state: 'Idle' } }, nowMs).mode).toBe('idle');
});

test('a thread of the versions between is read: job_id with paused', () => {
  const view = fromUpstreamThread(
    { location: '/s', plan: 'sealer', job_id: 's-t01-9', index: 0, paused: false, state: 'PC1Done' },
    nowMs,
  );
  expect(view).toMatchObject({ sector: { miner: 1, number: 9 }, mode: 'running', state: 'PC1Done' });
});

test('a job that is no sector leaves the sector empty, and an error without a level counts as permanent', () => {
  const told = { location: '', plan: 'wdpost', index: 0, job_id: 'a1b2', job_state: 'Generated' };
  const view = fromUpstreamThread(
    { ...told, thread_state: { state: 'Running', elapsed: 1, proc: '' }, last_error: 'boom' },
    nowMs,
  );
  expect(view).toMatchObject({ sector: null, mode: 'running', processor: null });
  expect(view.lastError).toMatchObject({ level: 'permanent', message: 'boom' });
});

const count = fc.integer({ min: 0, max: 999_999 });
const anyView: fc.Arbitrary<ThreadView> = fc
  .record({
    index: count,
    location: fc.string(),
    plan: fc.constantFrom('sealer' as const, 'snapup' as const, 'rebuild' as const),
    sector: fc.option(
      fc
        .tuple(count, count, fc.integer({ min: 5, max: 9 }))
        .map(([miner, number, proofType]) => sectorOf({ miner, number }, proofType)),
    ),
    state: fc.constantFrom('Empty', 'PC1Done', 'C1Done'),
    stage: fc.constantFrom('-', 'PC2', 'C2'),
    mode: fc.constantFrom(...modes),
    since: fc.integer({ min: 0, max: 10 ** 9 }).map((age) => new Date(nowMs - age).toISOString()),
    processor: fc.option(fc.constantFrom('pc1', 'c2').map((name) => ({ name, pid: null }))),
    lastError: fc.option(
      fc.record({
        level: fc.constantFrom('temporary' as const, 'permanent' as const, 'critical' as const),
        message: fc.string(),
        stage: fc.constant('C2'),
        at: fc.constant('2026-11-22T10:00:00.000Z'),
      }),
    ),
  })
  .map(viewOf);

test('what the wire tells survives the way there and back', () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const told = toUpstreamThread(view, nowMs);
      expect(toUpstreamThread(fromUpstreamThread(told, nowMs), nowMs)).toStrictEqual(told);
    }),
  );
});

test("the heartbeat counts in the old readers' words", () => {
  const views = [
    viewOf(),
    viewOf({ mode: 'resting' }),
    pausedView(),
    pausedView({ mode: 'pausing' }),
    pausedView({ mode: 'running', lastError: null }),
    pausedView({ mode: 'waiting', lastError: null }),
    pausedView({ mode: 'retrying' }),
  ];
  expect(summarize(views)).toStrictEqual({
    threads: 7,
    empty: 2,
    paused: 1,
    running: 2,
    waiting: 1,
    errors: 3,
  });
});
