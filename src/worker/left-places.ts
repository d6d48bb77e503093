/** What a dead thread's process still works at counts as if the thread had its place: its next incarnation takes the work up. */
import type { Blocked } from './desk-words.js';

export interface LeftPlacesOptions {
  /** No limit: null. */
  limitOf(name: string): number | null;
  holdersOf(name: string): readonly number[];
  /** Threads whose earlier incarnations have left a process at work under that name. */
  leftAt(name: string): readonly number[];
}

export function leftPlaces({ limitOf, holdersOf, leftAt }: LeftPlacesOptions) {
  return (index: number, name: string): Blocked | null => {
    const limit = limitOf(name);
    const left = limit === null ? [] : leftAt(name).filter((other) => other !== index);
    if (limit === null || left.length === 0) return null;
    const holders = holdersOf(name);
    const all = [...new Set([...holders, ...left])].filter((other) => other !== index);
    if (all.length < limit) return null;
    return { limit: name, holders: all, reason: 'a process that a dead thread left is still at work' };
  };
}
