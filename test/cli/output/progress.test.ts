/** The live lines of `npm start`: what is cut where a terminal is narrow. */
import { afterEach, expect, test, vi } from 'vitest';
import { progressDisplay } from '#cli/output/progress.js';
import { pausedView, viewOf } from '../../tools/protocol/views.js';

afterEach(() => void vi.useRealTimers());

const progress = { done: 1_234_567_890, total: 34_359_738_368, unit: 'bytes of the sealed file' };
const sector = { id: 's-t01234567-123456', miner: 1234567, number: 123456, proofType: 5, size: 2048 };
const working = pausedView({
  mode: 'running',
  state: 'TicketAssigned',
  stage: 'PC1',
  sector,
  progress,
  lastError: null,
});

/** The first line that stands on a terminal so wide. */
function lineAt(columns: number, view = working): string {
  vi.useFakeTimers({ now: Date.parse(view.since) + 60_000 });
  const kept: string[] = [];
  const display = progressDisplay({ isTTY: true, columns, write: (text) => kept.push(text) });
  display.show(view);
  vi.advanceTimersByTime(100);
  display.stop();
  const [first = ''] = (kept[0] ?? '').replace('\r', '').split('\u001b[K');
  return first;
}

test.each([40, 80, 120])('%i columns show percent and time left, however long the steps are', (columns) => {
  const line = lineAt(columns);
  expect(line).toMatch(/^#\d+ (\[[=.]+\] )? *\d+%, about [^,]+ left, /);
  expect(line.length).toBeLessThan(columns);
});

test.each([
  [80, /left, s-t01234567-123456 PC1/],
  [120, /left, s-t01234567-123456 PC1 1234567890 of 34359738368 bytes/],
])('%i columns have room for the sector and its stage, too', (columns, words) => {
  expect(lineAt(columns)).toMatch(words);
});

test('a narrow terminal has no bar, and one of 60 columns half of one', () => {
  expect(lineAt(40)).not.toContain('[');
  expect(lineAt(60)).toMatch(/ \[[=.]{10}\] /);
  expect(lineAt(80)).toMatch(/ \[[=.]{20}\] /);
});

test('a thread that is not working has neither time left nor a comma for it', () => {
  expect(lineAt(120, viewOf({ idle: 'no deals' }))).toMatch(/^#0 \[\.{20}\] {6}- idle: no deals$/);
});
