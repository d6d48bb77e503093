/** State tables of the JSON scan: one inside lists, one inside objects, one inside the top-level object whose members are read. */
import {
  backslash,
  closeList,
  closeObject,
  colon,
  comma,
  openList,
  openObject,
  quote,
} from './json-signs.js';

export const states = {
  start: 0,
  done: 1,
  value: 2,
  valueOrEnd: 3,
  keyOrEnd: 4,
  key: 5,
  colon: 6,
  after: 7,
  text: 8,
  textEscape: 9,
  textHex1: 10,
  textHex2: 11,
  textHex3: 12,
  textHex4: 13,
  name: 14,
  nameEscape: 15,
  nameHex1: 16,
  nameHex2: 17,
  nameHex3: 18,
  nameHex4: 19,
  minus: 20,
  zero: 21,
  whole: 22,
  point: 23,
  fraction: 24,
  exponent: 25,
  exponentSign: 26,
  exponentDigits: 27,
  literals: 28,
} as const;
export const failed = 253;
/** The next state depends on more than the table: the scan decides. */
export const decide = 255;

const literals = ['true', 'false', 'null'] as const;
/** The state of a literal after that many letters; 4 states each, as many as `false` needs. */
const literalState = (literal: number, letters: number) => states.literals + 4 * literal + letters - 1;
const count = states.literals + 4 * literals.length;

const codeOf = (text: string) => text.charCodeAt(0);
const white = [...' \t\r\n'].map(codeOf);
const digits = [...'0123456789'].map(codeOf);
const hexDigits = [...'0123456789abcdefABCDEF'].map(codeOf);

type Inside = 'list' | 'object' | 'top';

/** Next state by state and byte, inside a list, an object, or the top-level object. */
function tableOf(inside: Inside): Uint8Array {
  const table = new Uint8Array(count << 8).fill(failed);
  const set = (from: number, bytes: readonly number[], to: number) => {
    for (const byte of bytes) table[(from << 8) | byte] = to;
  };
  const { start, done, value, valueOrEnd, keyOrEnd, key, after } = states;
  for (const state of [start, done, value, valueOrEnd, keyOrEnd, key, states.colon, after])
    set(state, white, state);
  set(start, [openObject], decide);
  for (const state of [value, valueOrEnd]) values(set, state, inside);
  if (inside === 'list') set(valueOrEnd, [closeList], decide);
  for (const state of [keyOrEnd, key]) set(state, [quote], inside === 'top' ? decide : states.name);
  set(keyOrEnd, [closeObject], decide);
  set(states.colon, [colon], value);
  const next = inside === 'list' ? value : key;
  const close = inside === 'list' ? closeList : closeObject;
  set(after, [comma], next);
  set(after, [close], decide);
  const isTop = inside === 'top';
  texts(set, states.text, states.textEscape, isTop ? decide : after);
  texts(set, states.name, states.nameEscape, isTop ? decide : states.colon);
  numbers(set);
  for (const state of [states.zero, states.whole, states.fraction, states.exponentDigits]) {
    set(state, white, isTop ? decide : after);
    set(state, [comma], isTop ? decide : next);
    set(state, [close], decide);
  }
  for (const [at, literal] of literals.entries())
    for (let letters = 1; letters < literal.length; letters += 1) {
      const isLast = letters === literal.length - 1;
      const to = isLast ? (isTop ? decide : after) : literalState(at, letters + 1);
      set(literalState(at, letters), [literal.charCodeAt(letters)], to);
    }
  return table;
}

type Set = (from: number, bytes: readonly number[], to: number) => void;

function values(set: Set, state: number, inside: Inside): void {
  const to = (next: number) => (inside === 'top' ? decide : next);
  set(state, [openList, openObject], decide);
  set(state, [quote], to(states.text));
  set(state, [codeOf('-')], to(states.minus));
  set(state, [codeOf('0')], to(states.zero));
  set(state, digits.slice(1), to(states.whole));
  for (const [at, literal] of literals.entries()) set(state, [codeOf(literal)], to(literalState(at, 1)));
}

function texts(set: Set, text: number, escaped: number, end: number): void {
  for (let byte = 0x20; byte < 256; byte += 1) set(text, [byte], text);
  set(text, [quote], end);
  set(text, [backslash], escaped);
  set(escaped, [...'"\\/bfnrt'].map(codeOf), text);
  set(escaped, [codeOf('u')], escaped + 1);
  for (let digit = 1; digit <= 4; digit += 1)
    set(escaped + digit, hexDigits, digit === 4 ? text : escaped + digit + 1);
}

function numbers(set: Set): void {
  const { minus, zero, whole, point, fraction, exponent, exponentSign, exponentDigits } = states;
  set(minus, [codeOf('0')], zero);
  set(minus, digits.slice(1), whole);
  set(whole, digits, whole);
  for (const state of [zero, whole]) set(state, [codeOf('.')], point);
  for (const state of [point, fraction]) set(state, digits, fraction);
  for (const state of [zero, whole, fraction]) set(state, [codeOf('e'), codeOf('E')], exponent);
  set(exponent, [codeOf('+'), codeOf('-')], exponentSign);
  for (const state of [exponent, exponentSign, exponentDigits]) set(state, digits, exponentDigits);
}

export const tables = { list: tableOf('list'), object: tableOf('object'), top: tableOf('top') } as const;
/** The state after the first byte of a top-level value, looked up in the table of lists. */
export const firstOf = (byte: number) => tables.list[(states.value << 8) | byte] ?? failed;
