import { expect, test } from 'vitest';
import { logger, logLine } from '../../../dist/cli/log/logger.js';
import type { LogLevel } from '../../../src/protocol/log.js';

const atMs = Date.parse('2026-11-27T00:44:50.123Z');
const facts = { atMs, level: 'warn', component: 'worker', message: 'it ended' } as const;

test.each([
  [{}, '2026-11-27T00:44:50.123Z warn  worker it ended'],
  [{ about: { thread: 2 } }, '2026-11-27T00:44:50.123Z warn  worker #2 it ended'],
  [
    { about: { thread: 0, processor: 'pc1', pid: 4711 } },
    '2026-11-27T00:44:50.123Z warn  worker #0 pc1[4711]: it ended',
  ],
  [{ message: 'a\nb\u001b[2J' }, String.raw`2026-11-27T00:44:50.123Z warn  worker a\nb\x1b[2J`],
])('as text: date, level, component, thread and child, and one line whatever is in it', (more, line) => {
  expect(logLine('text', { ...facts, ...more })).toBe(line);
});

test('as JSON: one object a line, with what the line is about', () => {
  const line = logLine('json', {
    ...facts,
    message: 'a\nb\u202e',
    about: { thread: 1, sector: 's-t010000-2' },
  });
  expect(line).toMatch(/^[ -~]*$/);
  expect(JSON.parse(line)).toEqual({
    ...{ time: '2026-11-27T00:44:50.123Z', level: 'warn', component: 'worker' },
    ...{ thread: 1, sector: 's-t010000-2', message: 'a\nb\u202e' },
  });
});

test('a message over 8,192 characters is cut, and says how much is missing', () => {
  const line = logLine('text', { ...facts, message: 'x'.repeat(1_500_000) });
  expect(line.endsWith('xx… (1491808 more characters)')).toBe(true);
  expect(line.length).toBeLessThan(8300);
});

test.each<[LogLevel, number]>([
  ['error', 1],
  ['warn', 2],
  ['info', 3],
  ['debug', 4],
])('at %s, %i of the four levels are written', (level, count) => {
  const lines: string[] = [];
  const log = logger({ format: 'text', level, component: 'worker', write: (line) => lines.push(line) });
  for (const each of ['error', 'warn', 'info', 'debug'] as const) log[each](each);
  expect(lines).toHaveLength(count);
});
