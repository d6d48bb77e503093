import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSplitter } from '#src/processes/lines.js';

function linesOf(chunks: readonly string[], longest?: number) {
  const lines: string[] = [];
  const split = lineSplitter((line) => lines.push(line.toString()), { longest });
  for (const chunk of chunks) void split(Buffer.from(chunk));
  return lines;
}

test('however a stream is cut, its lines are the same', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r', '"'), maxLength: 60 });
  void fc.assert(
    fc.property(fc.array(letters), (chunks) => {
      expect(linesOf(chunks)).toEqual(chunks.join('').split('\n').slice(0, -1));
    }),
  );
});

test.each([
  [
    ['abc', 'def\nxyz1234\n\nok\n'],
    ['abcd', 'xyz1', '', 'ok'],
  ],
  [['a', 'b', 'c', 'd', 'e', '\n'], ['abcd']],
])('%j: what a line has over its limit is dropped, and the next one is whole', (chunks, lines) => {
  expect(linesOf(chunks, 4)).toEqual(lines);
});

test('a line of megabytes is whole, and has its memory to itself', () => {
  const lines: Buffer[] = [];
  const split = lineSplitter((line) => lines.push(line));
  const chunks = Array.from({ length: 40 }, (_, at) => Buffer.alloc(65_536, 97 + (at % 26)));
  for (const chunk of chunks) void split(chunk);
  void split(Buffer.from('end\nshort\n'));
  const [long, short] = lines;
  expect(long?.equals(Buffer.concat([...chunks, Buffer.from('end')]))).toBe(true);
  expect(long?.byteOffset).toBe(0);
  expect(short?.toString()).toBe('short');
});
