/**
 * Text from outside (names, reasons, errors, what a child prints) as it may be shown: whatever could move a cursor,
 * end a line, turn the direction of reading or be invisible is written as its code, so that it neither forges a line
 * nor reads as something else. What is escaped once stays as it is when it is escaped again. Pure.
 */

/** Control, format and line separators, lone surrogates, what is invisible; but not tab, nor what chooses an emoji's look. */
const unsafe = /(?!\t|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const unsafeAll = new RegExp(unsafe.source, 'gu');
const unsafeInLines = new RegExp(`(?!\\n)${unsafe.source}`, 'gu');

/** What is not plain ASCII: looked for first, at a twentieth of the cost. Most texts have none. */
const unusual = /[^\t -~]/;
const unusualInLines = /[^\t\n -~]/;

/** For one line: `\x1b`, `\u202e`, `\u{e0041}`; a line end is `\n`. */
export function escaped(text: string): string {
  return unusual.test(text) && unsafe.test(text) ? text.replace(unsafeAll, code) : text;
}

/** For several lines that were made here: the ends of lines stay. */
export function escapedLines(text: string): string {
  return unusualInLines.test(text) ? text.replace(unsafeInLines, code) : text;
}

/** For a cell or a sentence: white space, line ends included, becomes one blank. */
export function oneLine(text: string): string {
  return escaped(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' '));
}

/** Within JSON, whose strings may say it otherwise: the same document. */
export function escapedJson(json: string): string {
  if (!unusualInLines.test(json)) return json;
  return json.replace(unsafeInLines, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${hex(char.charCodeAt(at), 4)}`).join(''),
  );
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r' };

function code(char: string): string {
  const point = char.codePointAt(0) ?? 0;
  if (point > 0xffff) return `\\u{${point.toString(16)}}`;
  return named[char] ?? (point < 0x100 ? `\\x${hex(point, 2)}` : `\\u${hex(point, 4)}`);
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
