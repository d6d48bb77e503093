/** What a mistyped word was meant to be. */
import { distance } from 'fastest-levenshtein';

/** The known word that another one is in another case, or a third of its letters off at most. Two of a kind: the first. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const ranked = known
    .map((name) => ({ name, off: distance(name.toLowerCase(), lower) }))
    .filter(({ name, off }) => off <= name.length / 3)
    .toSorted((a, b) => a.off - b.off);
  return ranked[0]?.name;
}

/** `did you mean PC1Done? `, to stand before the list of what is known; empty when nothing is near. */
export function meantText(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `did you mean ${near}? `;
}
