/** What can be read of a thread's past. */
import type { Estimate, HistoryQuery } from '../protocol/thread.js';
import type { StageDurations } from '../store/history-rows.js';
import { readHistoryJson } from '../store/read-history.js';
import { estimateOf } from './estimate.js';
import type { ThreadSlot } from './thread-slot.js';

const readMs = 10_000;
const durationsMs = 2000;

export function threadReads(slotOf: (index: number) => ThreadSlot, slots: () => readonly ThreadSlot[]) {
  return {
    /** A failed thread has let go of its store: it is read from here. */
    history: async (index: number, query: HistoryQuery): Promise<string> => {
      const slot = slotOf(index);
      if (slot.failure() !== undefined) return readHistoryJson(slot.location, query);
      return slot.call<string>('history', [query], readMs);
    },
    estimate: async (index: number): Promise<Estimate> => {
      const view = slotOf(index).view();
      const { sector } = view;
      const all =
        sector === null
          ? []
          : await Promise.all(
              slots().map((slot) =>
                // A thread that does not answer now has nothing to say to an estimate.
                slot.call<readonly StageDurations[]>('durations', [sector.size], durationsMs).catch(() => []),
              ),
            );
      return estimateOf(view, all.flat(), Date.now());
    },
  };
}
