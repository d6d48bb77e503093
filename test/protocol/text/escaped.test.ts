import { describe, expect, test } from 'vitest';
import { escaped, escapedJson, escapedLines, oneLine } from '../../../dist/src/protocol/text/escaped.js';

describe('what could fool a reader is written as its code', () => {
  test.each([
    ['an ANSI sequence', 'a\u001b[31mb', String.raw`a\x1b[31mb`],
    ['a C1 control', 'a\u009b31m', String.raw`a\x9b31m`],
    ['a carriage return over what stands before it', 'bad\rgood', String.raw`bad\rgood`],
    ['a forged line', 'a\nerror: b', String.raw`a\nerror: b`],
    ['backspace, bell, delete and nul', '\b\u0007\u007f\0', String.raw`\x08\x07\x7f\x00`],
    ['a right-to-left override', 'a\u202ecod.exe', String.raw`a\u202ecod.exe`],
    ['isolates', '\u2066a\u2069', String.raw`\u2066a\u2069`],
    ['separators of lines and paragraphs', 'a\u2028b\u2029c', String.raw`a\u2028b\u2029c`],
    ['what has no width', 'w\u200b1\ufeff\u2060\u00ad', String.raw`w\u200b1\ufeff\u2060\xad`],
    ['letters of a tag', 'a\u{e0041}', String.raw`a\u{e0041}`],
    ['half of a pair', 'a\ud800b', String.raw`a\ud800b`],
  ])('%s', (_, text, shown) => {
    expect(escaped(text)).toBe(shown);
    expect(escaped(escaped(text))).toBe(shown);
  });

  test('letters, blanks, tabs and emoji of any script stay as they are', () => {
    const text = 'größe\t日本 עברית 🦀 ⚠\ufe0f \\x1b "';
    expect(escaped(text)).toBe(text);
  });
});

test('lines that were made here keep their ends, and nothing else', () => {
  expect(escapedLines('a\u001b\r\nb\u0085c')).toBe('a\\x1b\\r\nb\\x85c');
});

test('in a cell line ends and tabs are one blank, the rest is escaped', () => {
  expect(oneLine('two\r\n\tlines\u001b[31m')).toBe(String.raw`two lines\x1b[31m`);
});

test('JSON stays the same document', () => {
  const value = { a: 'x\u009b\u202e\ufeff\u2028\u{e0041}\ud800', 'b\u200b': ['\u001b'] };
  const text = escapedJson(JSON.stringify(value, null, 2));
  expect(text).toMatch(/^[\n -~]*$/);
  expect(JSON.parse(text)).toEqual(value);
});
