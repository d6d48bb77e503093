import { expect, test } from 'vitest';
import { eventLine, eventLog } from '#cli/log/event-line.js';
import type { LogEvent } from '#src/protocol/events/table.js';

const atMs = Date.parse('2026-11-27T00:44:50.123Z');
const lifecycle = { event: 'thread.lifecycle', thread: 2, note: 'started' } as const;
const printed = { event: 'processor.printed', processor: 'pc1', pid: 4711, line: 'layer 3' } as const;
const warned = (warning: string): LogEvent => ({ event: 'config.warned', warning });

test.each<[LogEvent, string]>([
  [warned('it ended'), '2026-11-27T00:44:50.123Z warn  worker it ended'],
  [lifecycle, '2026-11-27T00:44:50.123Z info  worker #2 - started'],
  [printed, '2026-11-27T00:44:50.123Z info  worker pc1[4711]: layer 3'],
  [{ ...printed, thread: 0 }, '2026-11-27T00:44:50.123Z info  worker #0 pc1[4711]: layer 3'],
  [warned('a\nb\u001b[2J'), String.raw`2026-11-27T00:44:50.123Z warn  worker a\nb\x1b[2J`],
])('as text: date, level, component, thread and child, and one line whatever is in it', (event, line) => {
  expect(eventLine('text', { atMs, component: 'worker', event })).toBe(line);
});

test('as JSON: one object a line, with the name of the event, its fields and its message', () => {
  const event = { event: 'call.refused', method: 'Venus.AcquireDeals', sector: 's-t010000-2' } as const;
  const refused = { ...event, code: 'sector_not_found', reason: 'a\nb\u202e' };
  const line = eventLine('json', { atMs, component: 'manager', event: refused });
  expect(line).toMatch(/^[ -~]*$/);
  expect(JSON.parse(line)).toEqual({
    ...{ time: '2026-11-27T00:44:50.123Z', level: 'warn', component: 'manager' },
    ...refused,
    message: 'Venus.AcquireDeals failed: a\nb\u202e',
  });
});

test.each(['text', 'json'] as const)(
  'a message over 8,192 characters is cut, and says how much is missing (%s)',
  (format) => {
    const line = eventLine(format, { atMs, component: 'worker', event: warned('x'.repeat(1_500_000)) });
    expect(line).toContain('xx… (1491808 more characters)');
    expect(line.length).toBeLessThan(17_000);
  },
);

const levels: readonly LogEvent[] = [
  { event: 'daemon.failed', reason: 'x' },
  warned('x'),
  { event: 'daemon.stopped' },
  { event: 'sector.reportedAgain', sector: 's-t010000-2', from: 'PC1Done', to: 'PC1Done', worker: 'w1' },
];

test.each([
  ['error', 1],
  ['warn', 2],
  ['info', 3],
  ['debug', 4],
] as const)('at %s, %i of the four levels are written', (level, count) => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const emit = eventLog({ format: 'text', level, component: 'worker', write });
  for (const event of levels) emit(event);
  expect(lines).toHaveLength(count);
});
