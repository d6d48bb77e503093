/** What a dead thread's process still works at counts as if the thread had its place: its next incarnation takes the work up. */
import type { LimitView } from '../../protocol/worker.js';
import type { Blocked } from './words.js';

export interface LeftPlacesOptions {
  /** Undefined where the name has none. */
  limitOf(name: string): Pick<LimitView, 'limit' | 'holders'> | undefined;
  /** Threads whose earlier incarnations have left a process running under that name. */
  leftAt(name: string): readonly number[];
}

export function leftPlaces({ limitOf, leftAt }: LeftPlacesOptions) {
  return (index: number, name: string): Blocked | null => {
    const left = leftAt(name).filter((other) => other !== index);
    if (left.length === 0) return null;
    const { limit = null, holders = [] } = limitOf(name) ?? {};
    if (limit === null) return null;
    const all = [...new Set([...holders, ...left])].filter((other) => other !== index);
    if (all.length < limit) return null;
    return { limit: name, holders: all, reason: 'a process that a dead thread left behind is still running' };
  };
}
