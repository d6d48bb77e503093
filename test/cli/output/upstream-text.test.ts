/** The lines and tables of venus-cluster v0.2, exactly (docs/spec.md#commands). */
import { expect, test } from 'vitest';
import {
  infoTable,
  rustString,
  table,
  threadLine,
  wideInfoTable,
  wideSuffix,
  workerTable,
} from '#cli/output/upstream-text.js';
import { sectorOf } from '#src/protocol/sector.js';
import type { ThreadView } from '#src/protocol/thread.js';
import type { WorkerEntry } from '#src/protocol/worker-entry.js';
import { utilWorkerInfo, utilWorkerList, workerList } from '../../tools/cli/seed.js';
import { nowMs, pausedView, viewOf } from '../../tools/protocol/views.js';

const hash = '032d3138d22506ec0082ed72b2dcba18df18477904e35bafee82b3793b06832f';
const parameters = `stacked-proof-of-replication-merkletree-poseidon_hasher-8-0-0-sha256_hasher-${hash}`;
const message = `No cached parameters found for ${parameters} [failure finding /var/tmp/filecoin-proof-parameters/v28-${parameters}.params]`;

/** The three threads of the example in venus-cluster's documents, paused for `seconds`. */
function seedThreads(seconds: number): readonly ThreadView[] {
  const since = new Date(nowMs - seconds * 1000 - 999).toISOString();
  return [2, 3, 1].map((number, index) =>
    pausedView({
      index,
      location: `/home/dtynn/proj/github.com/ipfs-force-community/venus-cluster/mock-tmp/store${index + 1}`,
      sector: sectorOf({ miner: 10000, number }, 5),
      since,
      lastError: { level: 'permanent', message, stage: 'C2', at: since },
    }),
  );
}

const workerOf = (facts: Partial<WorkerEntry> = {}): WorkerEntry => ({
  name: '127.0.0.1',
  dest: '127.0.0.1:17890',
  version: null,
  life: null,
  summary: { threads: 3, empty: 0, paused: 3, running: 0, waiting: 0, errors: 3 },
  lastPing: new Date(0).toISOString(),
  ...facts,
});
const tenMinutes = 600_000;

/** Where the columns of a table begin, by its head; two spaces at least stand before each in every row. */
function columnsOf(text: string): readonly Record<string, string>[] {
  const [head = '', ...rows] = text.split('\n');
  const names = [...head.matchAll(/\S+(?: \S+)*/g)].map(({ 0: name, index }) => ({ name, index }));
  return rows.map((row) =>
    Object.fromEntries(
      names.map(({ name, index }, at) => {
        const letters = [...row];
        if (at > 0) expect(letters.slice(index - 2, index).join('')).toBe('  ');
        return [
          name,
          letters
            .slice(index, names[at + 1]?.index)
            .join('')
            .trimEnd(),
        ];
      }),
    ),
  );
}

test('worker list prints the lines of venus-cluster v0.2', () => {
  const lines = seedThreads(17).map((view) => threadLine(view, nowMs));
  expect(lines.join('\n')).toBe(workerList);
});

test('util worker list prints the table of venus-cluster v0.2', () => {
  expect(workerTable([workerOf()], 2756.922465, tenMinutes)).toBe(utilWorkerList);
});

test('util worker info prints the table of venus-cluster v0.2', () => {
  expect(infoTable(seedThreads(822), nowMs)).toBe(utilWorkerInfo);
});

test('worker list says None where there is nothing', () => {
  expect(threadLine(viewOf(), nowMs)).toBe(
    '#0: "/store1"; sector_id=None, paused=false, paused_elapsed=None, state=Empty, last_err=None',
  );
});

test('worker list tells elapsed time in whole seconds, also when it is long', () => {
  expect(threadLine(seedThreads(822)[0] ?? viewOf(), nowMs)).toContain('paused_elapsed=Some(822s)');
});

test('a thread that is pausing is not paused yet', () => {
  const line = threadLine(pausedView({ mode: 'pausing' }), nowMs);
  expect(line).toContain('paused=false, paused_elapsed=None');
});

test.each([
  ['plain', '"plain"'],
  ['say "hi"', String.raw`"say \"hi\""`],
  ["it's", `"it's"`],
  ['C:\\store', String.raw`"C:\\store"`],
  ['a\nb\r\tc\0', String.raw`"a\nb\r\tc\0"`],
  ['\u001b[31m\u007f', String.raw`"\u{1b}[31m\u{7f}"`],
  ['/größe/漢字/🦀', '"/größe/漢字/🦀"'],
  ['a\u200bb\ufeffc', String.raw`"a\u{200b}b\u{feff}c"`],
  ['a\u00a0b\u3000c d', String.raw`"a\u{a0}b\u{3000}c d"`],
  ['e\u0301', String.raw`"e\u{301}"`],
  ['\u2028\ue000', String.raw`"\u{2028}\u{e000}"`],
])('%j is escaped as Rust does', (text, escaped) => {
  expect(rustString(text)).toBe(escaped);
});

test('location and error are escaped in their line', () => {
  const lastError = { level: 'critical' as const, message: 'disk\n"full"', stage: 'PC1', at: '' };
  const line = threadLine(viewOf({ location: '/a "b"', lastError }), nowMs);
  expect(line.startsWith(String.raw`#0: "/a \"b\""; sector_id`)).toBe(true);
  expect(line.endsWith(String.raw`last_err=Some("critical: disk\n\"full\"")`)).toBe(true);
});

test('util worker info says NULL where there is nothing', () => {
  expect(columnsOf(infoTable([viewOf()], nowMs))).toEqual([
    {
      Index: '0',
      Loc: '/store1',
      SectorID: 'NULL',
      Paused: 'false',
      PausedElapsed: 'NULL',
      State: 'Empty',
      LastErr: 'NULL',
    },
  ]);
});

test('without threads or workers the heads stand alone', () => {
  expect(infoTable([], nowMs)).toBe('Index  Loc  SectorID  Paused  PausedElapsed  State  LastErr');
  expect(workerTable([], nowMs, tenMinutes)).toBe(
    'Name  Dest  Threads  Empty  Paused  Errors  LastPing(with ! if expired)',
  );
});

test('an age over the expiration is marked, one just at it is not', () => {
  const ageCell = (ageMs: number) => workerTable([workerOf()], ageMs, tenMinutes).split('  ').at(-1)?.trim();
  expect(ageCell(tenMinutes)).toBe('10m0s');
  expect(ageCell(tenMinutes + 1)).toBe('10m0.001s (!)');
  expect(ageCell(822_000)).toBe('13m42s (!)');
});

test('a report from a clock ahead of ours is of no age', () => {
  const ahead = workerOf({ lastPing: new Date(5000).toISOString() });
  expect(workerTable([ahead], 1000, tenMinutes)).toMatch(/ {2}0s$/);
});

test('how long a worker is silent is what its manager counts, whatever the clocks say', () => {
  const ages = [
    { lastPing: new Date(0).toISOString(), silentMs: 1500 },
    { lastPing: 'yesterday', silentMs: 1500 },
    { lastPing: 'yesterday' },
  ].map((facts) =>
    workerTable([workerOf(facts)], 822_000, tenMinutes)
      .split('  ')
      .at(-1)
      ?.trim(),
  );
  expect(ages).toEqual(['1.5s', '1.5s', '0s']);
});

test("--wide adds today's columns to the workers, under their heads", () => {
  const summary = { threads: 30, empty: 1, paused: 2, running: 12345, waiting: 4, errors: 5 };
  const workers = [
    workerOf(),
    workerOf({ name: 'a-long-name', version: '0.9.0-rc1', life: 'draining', summary }),
  ];
  expect(columnsOf(workerTable(workers, 0, tenMinutes, true))).toEqual([
    {
      Name: '127.0.0.1',
      Dest: '127.0.0.1:17890',
      Version: '-',
      Life: '-',
      Running: '0',
      Waiting: '0',
      Threads: '3',
      Empty: '0',
      Paused: '3',
      Errors: '3',
      'LastPing(with ! if expired)': '0s',
    },
    expect.objectContaining({
      Name: 'a-long-name',
      Version: '0.9.0-rc1',
      Life: 'draining',
      Running: '12345',
      Waiting: '4',
      Threads: '30',
      Errors: '5',
    }),
  ]);
});

test("--wide adds today's columns to the threads, under their heads", () => {
  const views = [
    viewOf({ plan: 'rebuild', mode: 'restarting', stage: 'PrepareForSnapup', state: 'SealedChecked' }),
    pausedView({ index: 1 }),
  ];
  expect(columnsOf(wideInfoTable(views, nowMs))).toEqual([
    {
      Plan: 'rebuild',
      Mode: 'restarting',
      Stage: 'PrepareForSnapup',
      Progress: '-',
      Index: '0',
      Loc: '/store1',
      SectorID: 'NULL',
      Paused: 'false',
      PausedElapsed: 'NULL',
      State: 'SealedChecked',
      LastErr: 'NULL',
    },
    expect.objectContaining({
      Plan: 'sealer',
      Mode: 'paused',
      Stage: 'C2',
      Index: '1',
      SectorID: 's-t010000-2',
      LastErr: 'permanent: No cached parameters found',
    }),
  ]);
});

const stage = { name: 'C2', elapsedMs: 60_000, usualMs: 240_000, leftMs: 180_000, samples: 2 };
const estimate = { stage, sector: { leftMs: 600_000, unknown: [] } };

test('--wide tells percent and time left of what is worked on, and nothing of it where nobody works', () => {
  const working = pausedView({ index: 1, mode: 'running', lastError: null });
  expect(wideSuffix(working, nowMs, estimate)).toBe(
    ', plan=sealer, mode=running, stage=C2, done=25%, left="3 min", sector_left="10 min"',
  );
  const some = { ...estimate, sector: { leftMs: 600_000, unknown: ['SubmitProof'] } };
  expect(wideSuffix(working, nowMs, some)).not.toContain('sector_left');
  expect(wideSuffix(pausedView(), nowMs, estimate)).toBe(', plan=sealer, mode=paused, stage=C2');
  const rows = columnsOf(wideInfoTable([pausedView(), working], nowMs, [{ index: 1, ...estimate }]));
  expect(rows.map(({ Progress }) => Progress)).toEqual(['-', '25%, about 3 min left']);
});

test.each<[string, ThreadView]>([
  ['mode=paused, stage=C2', pausedView()],
  [
    'mode=running, stage=PC1 3/11 layers, done=27%',
    viewOf({ mode: 'running', stage: 'PC1', progress: { done: 3, total: 11, unit: 'layers' } }),
  ],
  [
    'mode=retrying, stage=C2, tries=3/5 next in 41 s',
    pausedView({ mode: 'retrying', tries: { n: 3, of: 5, nextAt: '2026-11-22T10:00:58.000Z' } }),
  ],
  [
    'mode=running, stage=C2, tries=1/5',
    pausedView({ mode: 'running', tries: { n: 1, of: 5, nextAt: null } }),
  ],
  [
    'mode=waiting, stage=C2, waiting_for=c2 place=2 holders=[0,1]',
    pausedView({ mode: 'waiting', waitingFor: { limit: 'c2', place: 2, holders: [0, 1] } }),
  ],
  [
    String.raw`mode=pausing, stage=C2, intent=pause after-stage by "alice" reason="swap \"b\""`,
    pausedView({
      mode: 'pausing',
      intent: { kind: 'pause', how: 'after-stage', by: 'alice', reason: 'swap "b"', at: '' },
    }),
  ],
])('--wide stands behind the line of worker list, with what the thread has: %s', (text, view) => {
  expect(wideSuffix(view, nowMs)).toBe(`, plan=sealer, ${text}`);
});

test('a column is as wide as its longest cell, counted in characters; the last one is ragged', () => {
  const rows = [
    ['A', 'B', 'C'],
    ['🦀🦀', 'x', 'last '],
    ['größe', '', 'y'],
  ];
  expect(table(rows)).toBe('A      B  C\n🦀🦀     x  last \ngröße     y');
});

test('what a cell holds never breaks its row, nor moves the cursor: line ends are blanks, the rest is escaped', () => {
  const lastError = { level: 'critical' as const, message: 'two\nlines\u001b[31m', stage: 'PC1', at: '' };
  for (const draw of [infoTable, wideInfoTable]) {
    const text = draw([viewOf({ location: '/a\nb', lastError })], nowMs);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('/a b ');
    expect(text).toContain(String.raw`critical: two lines\x1b[31m`);
  }
});
