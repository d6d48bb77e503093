/** Reads of a thread's history, and the estimates from it. */
import type { Estimate, HistoryQuery, ThreadEstimate } from '../../protocol/thread.js';
import { estimateOf } from './estimate.js';
import { readHistoryAside } from './history-aside.js';
import type { ThreadSlot } from './slot.js';

const readMs = 10_000;
const durationsMs = 2000;

/** `demand` rejects with disk_hung for a location whose disk does not answer. */
export function threadReads(
  slotOf: (index: number) => ThreadSlot,
  slots: () => readonly ThreadSlot[],
  demand: (location: string) => Promise<void>,
) {
  const durationsOf = async (size: number) => {
    const all = slots().map((slot) =>
      // A thread that does not answer in time does not contribute to the estimate.
      slot
        .within(durationsMs)
        .durations(size)
        .catch(() => []),
    );
    return (await Promise.all(all)).flat();
  };
  return {
    /** A failed thread has closed its store, so another thread reads it. */
    history: async (index: number, query: HistoryQuery): Promise<string> => {
      const slot = slotOf(index);
      if (slot.failure() !== undefined) {
        await demand(slot.location);
        return readHistoryAside(slot.location, query);
      }
      return slot.within(readMs).history(query);
    },
    estimate: async (index: number): Promise<Estimate> => {
      const view = slotOf(index).view();
      return estimateOf(view, view.sector === null ? [] : await durationsOf(view.sector.size), Date.now());
    },
    /** For all threads at once: each thread is queried once per sector size. */
    estimates: async (): Promise<readonly ThreadEstimate[]> => {
      const views = slots().map((slot) => slot.view());
      const sizes = [...new Set(views.flatMap(({ sector }) => (sector === null ? [] : [sector.size])))];
      const known = new Map(
        await Promise.all(sizes.map(async (size) => [size, await durationsOf(size)] as const)),
      );
      return views.map((view) => {
        const durations = known.get(view.sector?.size ?? Number.NaN) ?? [];
        return { index: view.index, ...estimateOf(view, durations, Date.now()) };
      });
    },
  };
}
