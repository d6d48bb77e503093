/** When two failures are one and the same trouble: their words, without what differs from sector to sector. */
import type { Failure } from '../border/contract.js';

/** What comes behind is a dump, and a message can be as long as a child likes. */
const longestMessage = 2000;

/** In this order: a path holds sector ids, and an id holds numbers. */
const differing: readonly (readonly [RegExp, string])[] = [
  // A path in quotes may hold spaces.
  [/(['"`])[.~]{0,2}\/[^'"`]*\1/g, '<path>'],
  // Not behind a letter or a digit: `and/or`, `MB/s`, `PC1/PC2` are not paths.
  [/(?<![\w.~/])[.~]{0,2}\/[^\s'"`,;:()[\]{}<>]+/g, '<path>'],
  [/(?<![a-z0-9])s-[tf]0\d+-\d+/gi, '<sector>'],
  [/(?<![a-z0-9])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![a-z0-9])/gi, '<hex>'],
  [/(?<![a-z0-9])0x[0-9a-f]+/gi, '<hex>'],
  // Without a digit it is a word (`defaced`), with digits alone a number.
  [/(?<![a-z0-9])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{6,}(?![a-z0-9])/gi, '<hex>'],
  // Ids of pieces and messages: base32.
  [/(?<![a-z0-9])ba[a-z2-7]{40,}(?![a-z0-9])/g, '<cid>'],
  [/\d+(?:[.,]\d+)*/g, '<n>'],
  [/\s+/g, ' '],
];

/** A failure's trouble: level and message, with sector ids, paths, hex and numbers made equal. */
export function errorKey({ level, message }: Failure): string {
  let text = message.slice(0, longestMessage);
  for (const [pattern, instead] of differing) text = text.replace(pattern, instead);
  return `${level}: ${text.trim()}`;
}

export function sameError(one: Failure, other: Failure): boolean {
  return errorKey(one) === errorKey(other);
}
