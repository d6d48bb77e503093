/**
 * Makes text from outside (names, reasons, errors, a child's output) safe to show: characters that move the cursor,
 * end a line, change the reading direction or are invisible are written as codes, so that they can neither forge a
 * line nor disguise text. Escaping twice changes nothing. Pure.
 */

/** Control and format characters, line separators, lone surrogates, invisible characters; not tab or emoji variation selectors. */
const unsafe = /(?!\t|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const unsafeAll = new RegExp(unsafe.source, 'gu');
const unsafeInLines = new RegExp(`(?!\\n)${unsafe.source}`, 'gu');

/** Anything but plain ASCII: tested first, at a twentieth of the cost. Most texts have none. */
const unusual = /[^\t -~]/;
const unusualInLines = /[^\t\n -~]/;

/** For one line: `\x1b`, `\u202e`, `\u{e0041}`; a line break becomes `\n`. */
export function escaped(text: string): string {
  return unusual.test(text) && unsafe.test(text) ? text.replace(unsafeAll, code) : text;
}

/** For several lines written by us: line breaks are kept. */
export function escapedLines(text: string): string {
  return unusualInLines.test(text) ? text.replace(unsafeInLines, code) : text;
}

/** For a cell or a sentence: tabs and line breaks become one blank. */
export function oneLine(text: string): string {
  return escaped(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' '));
}

/** For JSON: unsafe characters become `\uXXXX`, which its strings allow; the document stays the same. */
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
