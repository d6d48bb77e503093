import type { Blocked } from './words.js';

type BlockedBy = (index: number, name: string) => Blocked | null;

/** Combines several checks: the first that blocks the thread gives the answer. */
export function firstBlocked(...all: readonly BlockedBy[]): BlockedBy {
  return (index, name) => {
    for (const blockedBy of all) {
      const blocked = blockedBy(index, name);
      if (blocked) return blocked;
    }
    return null;
  };
}
