/** Suggestions for mistyped words. */
import { distance } from 'fastest-levenshtein';

/** The known word nearest to `word`, ignoring case, at most a third of its letters off; of equals the first. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const ranked = known
    .map((name) => ({ name, off: distance(name.toLowerCase(), lower) }))
    .filter(({ name, off }) => off <= name.length / 3)
    .toSorted((a, b) => a.off - b.off);
  return ranked[0]?.name;
}

/** `did you mean PC1Done? `, to precede the list of known words; empty if none is near. */
export function meantText(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `did you mean ${near}? `;
}
