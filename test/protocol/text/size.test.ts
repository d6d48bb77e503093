import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSize, sizeText } from '#src/protocol/text/size.js';

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
