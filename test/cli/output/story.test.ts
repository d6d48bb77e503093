/** What commands say beside their answers: transitions, progress, the summary, and how they end. */
import { EventEmitter } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { progressDisplay } from '#cli/output/progress.js';
import { answer, answerControl, answerJson, fail } from '#cli/output/say.js';
import { summaryTable, summaryText } from '#cli/output/summary.js';
import { rowLine } from '#cli/output/transition.js';
import { watch } from '#cli/output/watch.js';
import { errorCodes, SealvisorError } from '#src/protocol/errors.js';
import type { HistoryRow } from '#src/protocol/thread.js';
import { captured, rowOf } from '../../tools/cli/setup.js';
import { pausedView, viewOf } from '../../tools/protocol/views.js';

const said = captured();
afterEach(() => void vi.useRealTimers());

const failure = { level: 'permanent', message: 'no parameters', to: 'C1Done' } as const;

test.each<[string, Partial<HistoryRow>]>([
  ['C1Done -> C2Done (C2 1.23s)', {}],
  ['Empty -> Allocated (1.23s)', { from: 'Empty', to: 'Allocated', stage: '-' }],
  ['Finished -> Empty', { from: 'Finished', to: 'Empty', durationMs: null }],
  ['C1Done: temporary: no parameters; tries again', { ...failure, kind: 'try', level: 'temporary' }],
  ['C1Done: permanent: no parameters', { ...failure, kind: 'error' }],
  ['C1Done: permanent: two lines', { ...failure, kind: 'error', message: 'two\nlines' }],
  [
    'pause now by alice: swap disk',
    { kind: 'command', command: 'pause now', by: 'alice', reason: 'swap disk' },
  ],
  ['resume by bob', { kind: 'command', command: 'resume', by: 'bob' }],
  ['started', { kind: 'lifecycle', message: 'started' }],
  ['C2', { kind: 'lifecycle' }],
])('a row is one line: %s', (text, facts) => {
  expect(rowLine(1, rowOf(facts))).toBe(`10:00:17 #1 s-t010000-2 ${text}`);
});

test('a row without a sector has a dash for it', () => {
  expect(rowLine(0, rowOf({ sector: null, from: 'Empty', to: 'Allocated', durationMs: null }))).toBe(
    '10:00:17 #0 - Empty -> Allocated',
  );
});

/** A stream that keeps what is written. */
function streamOf(facts: { isTTY: boolean; columns?: number; rows?: number }) {
  const kept: string[] = [];
  const stream = Object.assign(new EventEmitter(), facts, { write: (text: string) => kept.push(text) > 0 });
  // The display uses these alone.
  return { kept, stream: stream as unknown as NodeJS.WriteStream };
}

const esc = '\u001b';
const pieces = new RegExp(
  [`${esc}\\[(\\d*)A`, `${esc}\\[K`, `${esc}\\[0J`, '\\r', '\\n', `[^${esc}\\r\\n]+`].join('|'),
  'g',
);

/** What stands on a terminal after it was sent this. */
function screenOf(text: string): readonly string[] {
  const lines = [''];
  let row = 0;
  let column = 0;
  for (const [part, rows] of text.matchAll(pieces)) {
    const line = lines[row] ?? '';
    if (part.endsWith('A') && rows !== undefined) row = Math.max(0, row - Number(rows));
    else if (part === '\u001b[K') lines[row] = line.slice(0, column);
    else if (part === '\u001b[0J') lines.splice(row, lines.length, line.slice(0, column));
    else if (part === '\r') column = 0;
    else if (part === '\n') [row, column] = [row + 1, 0];
    else {
      lines[row] = line.slice(0, column).padEnd(column) + part + line.slice(column + part.length);
      column += part.length;
    }
    lines[row] ??= '';
  }
  return lines;
}

test('where there is no terminal, progress is plain lines alone', () => {
  vi.useFakeTimers();
  const { kept, stream } = streamOf({ isTTY: false });
  const display = progressDisplay(stream);
  display.show(viewOf());
  display.print('one');
  vi.advanceTimersByTime(100);
  display.stop();
  expect(kept).toEqual(['one\n']);
});

test('on a terminal the threads stand below the story, in order, each in one line of the width', () => {
  vi.useFakeTimers();
  const { kept, stream } = streamOf({ isTTY: true, columns: 60 });
  const display = progressDisplay(stream);
  display.show(pausedView({ index: 1, location: '/x'.repeat(50) }));
  const progress = { done: 3, total: 11, unit: 'layers' };
  display.show(viewOf({ mode: 'running', state: 'TicketAssigned', stage: 'PC1', progress }));
  vi.advanceTimersByTime(100);
  const starts = () => screenOf(kept.join('')).map((line) => line.slice(0, 3));
  expect(starts()).toEqual(['#0 ', '#1 ', '']);
  display.print('one');
  vi.advanceTimersByTime(5000);
  expect(starts()).toEqual(['one', '#0 ', '#1 ', '']);
  for (const line of screenOf(kept.join(''))) expect(line.length).toBeLessThan(60);
  expect(screenOf(kept.join(''))[1]).toContain('PC1 3 of 11 layers');
});

test('nothing of the live lines is left when it stops, and what comes later is plain', () => {
  vi.useFakeTimers();
  const { kept, stream } = streamOf({ isTTY: true, columns: 60 });
  const display = progressDisplay(stream);
  display.show(viewOf());
  vi.advanceTimersByTime(100);
  display.print('one');
  display.stop();
  display.show(viewOf({ index: 1 }));
  display.print('two');
  vi.advanceTimersByTime(5000);
  expect(screenOf(kept.join(''))).toEqual(['one', 'two', '']);
});

test('a terminal that was made narrower has broken the lines that stood there: they are taken away, too', () => {
  vi.useFakeTimers();
  const { kept, stream } = streamOf({ isTTY: true, columns: 60, rows: 24 });
  const display = progressDisplay(stream);
  display.show(
    pausedView({ lastError: { level: 'permanent', message: 'm'.repeat(99), stage: 'C2', at: '' } }),
  );
  vi.advanceTimersByTime(100);
  stream.columns = 30;
  stream.emit('resize');
  kept.length = 0;
  vi.advanceTimersByTime(100);
  // 59 columns of it are two lines of 30.
  expect(kept[0]?.startsWith('\u001b[2A')).toBe(true);
  display.stop();
});

test('more threads than lines: what fits, and how many more there are', () => {
  vi.useFakeTimers();
  const { kept, stream } = streamOf({ isTTY: true, columns: 80, rows: 6 });
  const display = progressDisplay(stream);
  for (let index = 0; index < 12; index += 1) display.show(viewOf({ index }));
  vi.advanceTimersByTime(100);
  const shown = screenOf(kept.join(''));
  expect(shown.map((line) => line.slice(0, 2))).toEqual(['#0', '#1', '#2', '#3', '… ', '']);
  expect(shown[4]).toBe('… 8 more');
  display.stop();
});

test('the bar of a thread grows with its sector', () => {
  vi.useFakeTimers();
  const barOf = (state: string) => {
    const { kept, stream } = streamOf({ isTTY: true, columns: 200 });
    const display = progressDisplay(stream);
    display.show(viewOf({ state, mode: 'running' }));
    vi.advanceTimersByTime(100);
    display.stop();
    return [...kept.join('')].filter((char) => char === '=').length;
  };
  const bars = ['Empty', 'TicketAssigned', 'C1Done', 'Finished'].map(barOf);
  expect(bars).toEqual(bars.toSorted((a, b) => a - b));
  expect([bars[0], bars.at(-1)]).toEqual([0, 20]);
});

test('on a terminal too narrow for its row a sector has its lines', () => {
  const sector = {
    sector: 's-t010000-1',
    secondsByStage: { PC1: 1.239 },
    sealedFile: '/store/sealed/s-t010000-1',
    commD: 'aa',
    commR: 'bb',
  };
  expect(summaryText([sector], undefined)).toBe(summaryTable([sector]));
  expect(summaryText([sector], 80).split('\n')).toEqual([
    's-t010000-1: AddPieces 0.00s, TreeD 0.00s, PC1 1.24s, PC2 0.00s, PersistFiles 0.00s, C1 0.00s, C2 0.00s',
    '  sealed file  /store/sealed/s-t010000-1',
    '  CommD  aa',
    '  CommR  bb',
  ]);
});

test('an idle thread says why in its live line', () => {
  vi.useFakeTimers();
  const { kept, stream } = streamOf({ isTTY: true, columns: 200 });
  const display = progressDisplay(stream);
  display.show(viewOf({ idle: 'no deals: no piece is waiting' }));
  vi.advanceTimersByTime(100);
  expect(kept.join('')).toContain('idle: no deals: no piece is waiting');
  display.stop();
});

test('the summary has a row for each sector with its seconds by stage, its file and its commitments', () => {
  const text = summaryTable([
    {
      sector: 's-t010000-1',
      secondsByStage: { PC1: 1.239, C2: 0.5 },
      sealedFile: '/store/sealed/s-t010000-1',
      commD: 'aa',
      commR: 'bb',
    },
  ]);
  const [head = '', row = ''] = text.split('\n');
  expect(head.split(/ +/)).toEqual([
    'Sector',
    ...['AddPieces', 'TreeD', 'PC1', 'PC2', 'PersistFiles', 'C1', 'C2'].map((stage) => `${stage}(s)`),
    'SealedFile',
    'CommD',
    'CommR',
  ]);
  expect(row.split(/ +/)).toEqual(
    's-t010000-1 0.00 0.00 1.24 0.00 0.00 0.00 0.50 /store/sealed/s-t010000-1 aa bb'.split(' '),
  );
});

test('data goes to stdout, JSON as one document', () => {
  answer('a line');
  answerJson({ a: [1] });
  expect(said.out).toBe('a line\n{\n  "a": [\n    1\n  ]\n}\n');
  expect(said.err).toBe('');
});

test.each(Object.entries(errorCodes))(
  'a fault of code %s is one line on stderr and sets its exit code',
  (code, { exit }) => {
    fail(new SealvisorError(code as keyof typeof errorCodes, 'what happened'));
    expect(said.err).toBe(`error: what happened (${code})\n`);
    expect(said.out).toBe('');
    expect(process.exitCode).toBe(exit);
  },
);

test('a fault that is not ours exits 1, without its trace', () => {
  fail(new TypeError('x is not a function'));
  expect(said.err).toBe('error: x is not a function\n');
  expect(process.exitCode).toBe(1);
});

test.each([
  [true, false, undefined],
  [false, false, 3],
  [true, true, undefined],
  [false, true, 3],
])('a command that changed anything (%s), with --json (%s), exits %s', (changed, json, exit) => {
  const reply = { changed, message: 'thread #0 is paused at C1Done' };
  answerControl(reply, json);
  expect(process.exitCode).toBe(exit);
  expect(said.err).toBe(json ? '' : `${reply.message}\n`);
  expect(said.out === '' ? undefined : JSON.parse(said.out)).toEqual(json ? reply : undefined);
});

test('without --watch a list is shown once', async () => {
  const show = vi.fn(async () => null);
  await watch(false, show);
  expect(show).toHaveBeenCalledTimes(1);
});

test('an error, a message and a line of the story are one line each, whatever stands in them', () => {
  fail(new SealvisorError('bad_answer', 'bad\r\nerror: all is well\u001b[2K\u202e'));
  answerControl({ changed: true, message: 'paused\nresumed' }, false);
  expect(said.err).toBe('error: bad\\r\\nerror: all is well\\x1b[2K\\u202e (bad_answer)\npaused\\nresumed\n');
});

test('JSON on a terminal holds no control and no invisible character, and is the same document', () => {
  answerJson({ name: 'w\u009b1\u202e' });
  expect(said.out).toBe('{\n  "name": "w\\u009b1\\u202e"\n}\n');
});
