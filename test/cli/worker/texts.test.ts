/** What `show`, `info`, `limit`, `breaker`, `drain`, `reload` and a dry run print for a person. */
import { expect, test } from 'vitest';
import { changesText } from '#cli/output/changes-text.js';
import { dryRunText } from '#cli/output/dry-run.js';
import { lifeLine } from '#cli/output/life-line.js';
import { showText } from '#cli/output/show-text.js';
import { rowLine, rowLines } from '#cli/output/transition.js';
import { breakerTable, drainLine, limitTable, storeTable, workerText } from '#cli/output/worker-text.js';
import { humanDuration, tookText, untilText } from '#src/protocol/text/ages.js';
import type { DryRun, Estimate } from '#src/protocol/thread.js';
import type { BreakerView, ConfigChange, DrainView, LimitView, StoreView } from '#src/protocol/worker.js';
import { rowOf } from '../../tools/cli/setup.js';
import { workerViewOf } from '../../tools/http/setup.js';
import { nowMs, pausedView, viewOf } from '../../tools/protocol/views.js';

const minute = 60_000;
const hour = 60 * minute;
const wish = { by: 'bob', reason: 'new kernel', at: '2026-11-22T09:59:17.000Z' };
const drain: DrainView = {
  ...wish,
  toFinish: false,
  deadline: '2026-11-22T12:00:00.000Z',
  done: 2,
  of: 3,
  left: [{ index: 1, sector: 's-t010000-2', state: 'TicketAssigned', stage: 'PC1', mode: 'pausing' }],
};
const nothing: Estimate = { stage: null, sector: null };

/** The value behind a key of a text of keys and values. */
const valueBehind = (text: string, key: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${key}  `))
    ?.slice(key.length)
    .trim();

test.each([
  [-5, '0 s'],
  [999, '0 s'],
  [41_900, '41 s'],
  [59_999, '59 s'],
  [12 * minute, '12 min'],
  [hour - 1, '59 min'],
  [hour, '1h00m'],
  [3 * hour + 12 * minute, '3h12m'],
  [24 * hour, '1d0h'],
  [51 * hour, '2d3h'],
])('%i ms are %s to a person', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test.each([
  [0, '0.00s'],
  [1234, '1.23s'],
  [minute, '1m00s'],
  [3 * minute + 12_900, '3m12s'],
  [3 * hour + 12 * minute, '3h12m'],
])('a stage of %i ms took %s', (ms, text) => {
  expect(tookText(ms)).toBe(text);
});

test.each([
  ['2026-11-22T10:00:58.000Z', 'in 41 s'],
  ['2026-11-22T10:00:17.901Z', 'in 1 s'],
  ['2026-11-22T10:00:17.900Z', 'now'],
  ['2026-11-22T09:00:00.000Z', 'now'],
])('what is due at %s is due %s', (at, text) => {
  expect(untilText(at, nowMs)).toBe(text);
});

test('a row of another day begins with its date, and a long stage took hours and minutes', () => {
  const row = rowOf({ durationMs: 3 * hour + 12 * minute });
  expect(rowLine(0, row, '2026-11-22')).toBe('10:00:17 #0 s-t010000-2 C1Done -> C2Done (C2 3h12m)');
  expect(rowLine(0, row, '2026-11-23')).toBe(
    '2026-11-22 10:00:17 #0 s-t010000-2 C1Done -> C2Done (C2 3h12m)',
  );
});

test('rows are a line each, also when one of them has more in it', () => {
  const rows = [rowOf(), rowOf({ kind: 'error', level: 'permanent', message: 'two\nlines\u001b[31m' })];
  const text = rowLines(0, rows, '2026-11-22');
  expect(text).toBe(rows.map((row) => rowLine(0, row)).join('\n'));
  expect(text.split('\n')).toHaveLength(2);
  expect(text).not.toContain('\u001b');
});

test('show tells everything about a thread, its values in one column', () => {
  const view = pausedView({
    index: 3,
    intent: { kind: 'pause', how: 'after-stage', by: 'alice', reason: 'swap\ndisk', at: wish.at },
    tries: { n: 3, of: 5, nextAt: '2026-11-22T10:00:58.000Z' },
    waitingFor: { limit: 'c2', place: 2, holders: [0, 1] },
    processor: { name: 'c2', pid: 4711 },
    progress: { done: 3, total: 11, unit: 'layers' },
  });
  const estimate: Estimate = {
    stage: {
      name: 'C2',
      elapsedMs: hour + 2 * minute,
      usualMs: 3 * hour + 12 * minute,
      leftMs: 2 * hour + 10 * minute,
      samples: 7,
    },
    sector: { leftMs: 5 * hour, unknown: ['SubmitProof'] },
  };
  expect(showText(view, estimate, [rowOf(), rowOf({ seq: 2 })], nowMs).split('\n')).toEqual([
    'thread        #3 /store1',
    'plan          sealer',
    'sector        s-t010000-2 (2KiB)',
    'state         C1Done',
    'stage         C2',
    'mode          paused since 10:00 UTC (17 s)',
    'intent        pause after-stage by alice since 09:59 UTC (1 min): swap disk',
    'last error    permanent: No cached parameters found (C2, 10:00 UTC)',
    'tries         try 3 of 5, next in 41 s',
    'waiting for   c2: 2nd in the queue, held by #0 and #1',
    'processor     c2 (pid 4711)',
    'progress      3 of 11 layers, 27%',
    'possible      PC1Done, PC2Done, C1Done, Aborted',
    'stage takes   C2: usually 3h12m (of 7), 1h02m in, about 2h10m left',
    'sector takes  about 5h00m left; not known yet: SubmitProof',
    'incarnation   1, revision 1',
    'history       10:00:17 #3 s-t010000-2 C1Done -> C2Done (C2 1.23s)',
    '              10:00:17 #3 s-t010000-2 C1Done -> C2Done (C2 1.23s)',
  ]);
});

test('show has a dash for what a thread has not', () => {
  const lines = showText(viewOf(), nothing, [], nowMs).split('\n');
  const dashed = lines.filter((line) => / {2}-$/.test(line)).map((line) => line.split('  ')[0]);
  expect(dashed).toEqual([
    ...['sector', 'stage', 'intent', 'last error', 'tries', 'waiting for', 'processor', 'progress'],
    ...['possible', 'stage takes', 'sector takes', 'history'],
  ]);
});

test.each<[string, Partial<NonNullable<Estimate['stage']>>]>([
  ['PC1: 5 min in; no earlier one to tell from', { usualMs: null, leftMs: null, samples: 0 }],
  ['PC1: usually 4 min (of 2), 5 min in, over its usual time', { leftMs: 0 }],
  ['PC1: usually 4 min (of 2), 5 min in', { leftMs: null }],
])('an estimate says what it knows: %s', (text, facts) => {
  const stage = { name: 'PC1', elapsedMs: 5 * minute, usualMs: 4 * minute, leftMs: 0, samples: 2, ...facts };
  expect(valueBehind(showText(viewOf(), { stage, sector: null }, [], nowMs), 'stage takes')).toBe(text);
});

test.each<[string, DryRun]>([
  [
    'thread #1 would resume at PC1Done\nredo: PC2, C1',
    { allowed: true, to: 'PC1Done', redo: ['PC2', 'C1'], skip: [] },
  ],
  [
    'thread #1 would resume at C2Done\nskip: C2\nits needs are not there: forced',
    { allowed: true, to: 'C2Done', redo: [], skip: ['C2'], why: 'its needs are not there: forced' },
  ],
  [
    'thread #1 would not be resumed: c1 is missing\npossible now: PC1Done, Aborted',
    { allowed: false, why: 'c1 is missing', possible: ['PC1Done', 'Aborted'] },
  ],
  ['thread #1 would not be resumed', { allowed: false }],
])('a dry run is told: %j', (text, told) => {
  expect(dryRunText(1, told)).toBe(text);
});

test('a reload tells each difference in its own way', () => {
  const changes: ConfigChange[] = [
    { kind: 'added', what: 'thread /store4', from: null, to: 'sealer' },
    { kind: 'added', what: 'processors.limit.pc2', from: null, to: null },
    { kind: 'removed', what: 'thread /store1', from: null, to: null },
    { kind: 'changed', what: 'processors.limit.pc1', from: '2', to: '4' },
    { kind: 'changed', what: 'sealing.max_retries', from: '5', to: null },
    { kind: 'restart', what: 'worker.rpc_server.port', from: '17890', to: '17891' },
  ];
  expect(changesText(changes).split('\n')).toEqual([
    '+ thread /store4: sealer',
    '+ processors.limit.pc2',
    '- thread /store1',
    '~ processors.limit.pc1: 2 -> 4',
    '~ sealing.max_retries: 5 -> none',
    '! worker.rpc_server.port: needs a restart (17890 -> 17891)',
  ]);
});

const limits: LimitView[] = [
  { name: 'pc1', limit: 2, configured: 4, staggeredMs: 300_000, holders: [0, 1], queue: [3, 2] },
  { name: 'c2', limit: null, configured: null, staggeredMs: null, holders: [], queue: [] },
];
const breakers: BreakerView[] = [
  {
    stage: 'c2',
    level: 'permanent',
    message: 'no GPU',
    since: wish.at,
    failed: [0, 2],
    queue: [1],
    probe: null,
    nextProbeAt: '2026-11-22T10:00:58.000Z',
  },
];

test('limits and breakers are tables', () => {
  expect(limitTable(limits).split('\n')).toEqual([
    'Stage  Limit  Configured  Staggered  Holders  Line',
    'pc1    2      4           5m0s       #0 #1    #3 #2',
    'c2     none   none        -          -        -',
  ]);
  expect(breakerTable(breakers, nowMs).split('\n')).toEqual([
    'Breaker  Open                     Failed  Line  Probe    Error',
    'c2       since 09:59 UTC (1 min)  #0 #2   #1    in 41 s  permanent: no GPU',
  ]);
  const probed = breakers.map((each) => ({ ...each, probe: 1 }));
  expect(breakerTable(probed, nowMs)).toContain('#1 now');
});

const stores: StoreView[] = [
  {
    ...{ kind: 'location', name: '#0', location: '/store1', isReadonly: false, why: null },
    ...{ freeBytes: 1.2 * 2 ** 30, totalBytes: 2 ** 40, grantedBytes: 352 * 2 ** 30, holders: [0, 2] },
  },
  {
    ...{ kind: 'attached', name: 'far', location: '/far', isReadonly: true, holders: [] },
    ...{ freeBytes: null, totalBytes: null, grantedBytes: 0, why: 'it has not answered within 2 s' },
  },
];

test('stores are a table: what is free, what is granted to whom, and what is wrong with one', () => {
  expect(storeTable(stores).split('\n')).toEqual([
    'Store  Location  Free     Of     Granted  Holders  Note',
    '#0     /store1   1.2 GiB  1 TiB  352 GiB  #0 #2    -',
    'far    /far      ?        ?      -        -        read-only, it has not answered within 2 s',
  ]);
});

test('info is the worker whole: life, wishes, counts, stores, limits and breakers', () => {
  const text = workerText(workerViewOf({ life: 'draining', drain, limits, breakers, stores }), nowMs);
  expect(text).toContain(storeTable(stores));
  expect(valueBehind(text, 'life')).toBe('draining');
  expect(valueBehind(text, 'cordon')).toBe('-');
  expect(valueBehind(text, 'drain')).toBe('by bob since 09:59 UTC (1 min): new kernel');
  expect(text).toContain(drainLine(drain));
  expect(text).toContain('0: 0 running, 0 waiting, 0 paused, 0 empty, 0 with errors');
  expect(text).toContain(limitTable(limits));
  expect(text).toContain(breakerTable(breakers, nowMs));
  expect(workerText(workerViewOf(), nowMs)).not.toContain('Stage');
});

test('a drain says how far it is and who is left', () => {
  expect(drainLine(drain)).toBe('2 of 3 threads are at a safe point; #1 s-t010000-2 pausing at PC1');
  expect(drainLine({ ...drain, toFinish: true, done: 3, left: [] })).toBe(
    '3 of 3 threads are done with their sector',
  );
  const holding = [{ index: 1, sector: 's-t010000-2', state: 'PC1Done' }];
  expect(drainLine({ ...drain, toFinish: true, done: 3, left: [], holding })).toBe(
    '2 of 3 threads are done with their sector; 1 paused with their sector: #1 s-t010000-2 at PC1Done',
  );
});

test('of a worker that serves there is no line; else its life, who wanted it, and how far it is', () => {
  expect(lifeLine(null, nowMs)).toBeNull();
  expect(lifeLine(workerViewOf(), nowMs)).toBeNull();
  const manager = { id: 'one', other: { id: 'two', since: new Date(nowMs - 5000).toISOString() } };
  expect(lifeLine(workerViewOf({ manager }), nowMs)).toMatch(
    /^worker w1 waits for adoption .*5 s.*: manager two answers, and its sectors are of manager one; .*worker adopt/,
  );
  expect(lifeLine(workerViewOf({ life: 'stopping' }), nowMs)).toBe('worker w1 is stopping');
  expect(lifeLine(workerViewOf({ life: 'cordoned', cordon: { ...wish, reason: null } }), nowMs)).toBe(
    'worker w1 is cordoned by bob since 09:59 UTC (1 min)',
  );
  expect(lifeLine(workerViewOf({ life: 'draining', drain }), nowMs)).toBe(
    'worker w1 is being drained by bob since 09:59 UTC (1 min): new kernel; 2 of 3 threads are done, at the latest 12:00 UTC',
  );
});
