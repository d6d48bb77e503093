import { expect, test } from 'vitest';
import { jsonFault } from '../../dist/src/protocol/nesting.js';

/** Longer than what is looked at byte by byte, with quotes and backslashes at their ends and at that border. */
const longTexts = [60, 61, 62, 63, 64, 65, 66, 200].flatMap(
  (length): [string, number, string | undefined][] => {
    const text = 'x'.repeat(length);
    return [
      [JSON.stringify([`${text}"[[[`, [1]]), 2, undefined],
      [JSON.stringify([`${text}\\"[[[`, [1]]), 2, undefined],
      [JSON.stringify([`${text}\\`, [1]]), 1, 'is nested deeper than 1'],
      [`["${text}`, 1, undefined],
    ];
  },
);

test.each<[string, number, string | undefined]>([
  ['[[[]]]', 3, undefined],
  ['[[[]]]', 2, 'is nested deeper than 2'],
  ['[{"a":[]},{"b":[]}]', 3, undefined],
  [String.raw`["[[[[\"[[["]`, 1, undefined],
  ['"a\\\\"', 0, undefined],
  ['{"a":{"b":1}}', 1, 'is nested deeper than 1'],
  ...longTexts,
])('%s within %i: %s', (json, deepest, fault) => {
  expect(jsonFault(json, { deepest })).toBe(fault);
  expect(jsonFault(Buffer.from(json), { deepest })).toBe(fault);
});

const list = (element: string, bytes: number) =>
  Buffer.from(`[${`${element},`.repeat(Math.floor(bytes / (element.length + 1)))}${element}]`);

test.each([
  ['numbers', '7'],
  ['fractions', '0.5'],
  ['long strings', JSON.stringify('x'.repeat(1000))],
])('72 MB of %s fit the heap of a sealing thread', (_, element) => {
  expect(jsonFault(list(element, 72_000_000))).toBeUndefined();
});

test.each([
  ['lists', '[]'],
  ['objects', '{"a":1}'],
])('72 MB of short %s do not, and that is said before they are parsed', (_, element) => {
  expect(jsonFault(list(element, 72_000_000))).toMatch(/^would take about \d+ MB of heap, at most 640 MB/);
});
