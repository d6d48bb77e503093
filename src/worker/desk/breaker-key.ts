/** Whether two failures have the same cause: their messages are compared without what differs from sector to sector. */
import type { Failure } from '../border/contract.js';

/** A child can send a message of any length; the text after this many characters is usually a dump. */
const longestMessage = 2000;

/** The order matters: a path may contain sector ids, and an id contains numbers. */
const differing: readonly (readonly [RegExp, string])[] = [
  // A path in quotes may contain spaces.
  [/(['"`])[.~]{0,2}\/[^'"`]*\1/g, '<path>'],
  // Not after a letter or a digit: `and/or`, `MB/s`, `PC1/PC2` are not paths.
  [/(?<![\w.~/])[.~]{0,2}\/[^\s'"`,;:()[\]{}<>]+/g, '<path>'],
  [/(?<![a-z0-9])s-[tf]0\d+-\d+/gi, '<sector>'],
  [/(?<![a-z0-9])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![a-z0-9])/gi, '<hex>'],
  [/(?<![a-z0-9])0x[0-9a-f]+/gi, '<hex>'],
  // Without a digit it is a word (`defaced`), with only digits a number.
  [/(?<![a-z0-9])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{6,}(?![a-z0-9])/gi, '<hex>'],
  // Ids of pieces and messages: base32.
  [/(?<![a-z0-9])ba[a-z2-7]{40,}(?![a-z0-9])/g, '<cid>'],
  [/\d+(?:[.,]\d+)*/g, '<n>'],
  [/\s+/g, ' '],
];

/** The key of a failure's cause: level and message, with sector ids, paths, hex, CIDs and numbers replaced by placeholders. */
export function errorKey({ level, message }: Failure): string {
  let text = message.slice(0, longestMessage);
  for (const [pattern, instead] of differing) text = text.replace(pattern, instead);
  return `${level}: ${text.trim()}`;
}

export function sameError(one: Failure, other: Failure): boolean {
  return errorKey(one) === errorKey(other);
}
