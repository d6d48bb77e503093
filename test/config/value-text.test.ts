import { expect, test } from 'vitest';
import { listText, tableText } from '#src/config/value-text.js';
import { sizeText } from '#src/protocol/text/size.js';

test('lists and tables are written as in a file, without what is not there', () => {
  expect(listText(null)).toBeNull();
  expect(listText(['a', 'b'])).toBe('["a", "b"]');
  expect(listText([2048], sizeText)).toBe('[2KiB]');
  expect(tableText({ name: 'a', times: 0, thread: undefined })).toBe('name = "a", times = 0');
});
