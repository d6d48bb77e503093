/** A process that a dead thread left running counts as a held slot: the thread's next incarnation takes over the work. */
import type { LimitView } from '../../protocol/worker.js';
import type { Blocked } from './words.js';

export interface LeftPlacesOptions {
  /** Undefined if the name has no limit. */
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
