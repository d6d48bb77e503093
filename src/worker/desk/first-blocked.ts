import type { Blocked } from './words.js';

type BlockedBy = (index: number, name: string) => Blocked | null;

/** Of several that may stand in a thread's way, what the first of them says. */
export function firstBlocked(...all: readonly BlockedBy[]): BlockedBy {
  return (index, name) => {
    for (const blockedBy of all) {
      const blocked = blockedBy(index, name);
      if (blocked) return blocked;
    }
    return null;
  };
}
