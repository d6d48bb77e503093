import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationText, listText, sizeText, tableText } from '#src/config/value-text.js';
import { parseDuration } from '#src/protocol/text/duration.js';
import { parseSize } from '#src/protocol/text/size.js';

test.each([
  [0, '0s'],
  [0.0015, '1500ns'],
  [500, '500ms'],
  [30_000, '30s'],
  [90_000, '1m 30s'],
  [7_500_000, '2h 5m'],
  [9 * 86_400_000 + 1, '9d 1ms'],
])('%d ms is written %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('a duration that was written is read as the same', () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (ms) => {
      expect(parseDuration(durationText(ms))).toBe(ms);
    }),
  );
});

test.each([
  [0, '0B'],
  [1000, '1000B'],
  [2048, '2KiB'],
  [8 * 2 ** 20, '8MiB'],
  [64 * 2 ** 30, '64GiB'],
])('%d bytes are written %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test('a size that was written is read as the same', () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
      expect(parseSize(sizeText(bytes))).toBe(bytes);
    }),
  );
});

test('lists and tables are written as in a file, without what is not there', () => {
  expect(listText(null)).toBeNull();
  expect(listText(['a', 'b'])).toBe('["a", "b"]');
  expect(listText([2048], sizeText)).toBe('[2KiB]');
  expect(tableText({ name: 'a', times: 0, thread: undefined })).toBe('name = "a", times = 0');
});
