/** Which disks the worker's threads use, and which of them a thread is blocked by. */
import type { ThreadDisk } from '../../protocol/thread.js';
import type { SupervisedSlot } from '../roster/slot.js';
import type { DiskInUse, DiskPulse } from './pulse.js';

export interface DisksInUse {
  inUse(): readonly DiskInUse[];
  /** The disk of the thread, if it does not answer; else null. */
  diskOf(index: number): ThreadDisk | null;
}

type Slot = Pick<SupervisedSlot, 'index' | 'location' | 'isSilent' | 'view' | 'failure'>;

/** `storeOf`: the attached store that a thread writes to; undefined while it writes to none. */
export function disksInUse(
  pulse: Pick<DiskPulse, 'hungSince'>,
  slots: () => readonly Slot[],
  storeOf: (index: number) => string | undefined,
): DisksInUse {
  return {
    inUse: () =>
      slots()
        .filter((slot) => slot.failure() === undefined)
        .flatMap((slot) => {
          const isUrgent = slot.isSilent();
          const { sector, job } = slot.view();
          const store = storeOf(slot.index);
          const isAtWork = isUrgent || sector !== null || job !== undefined;
          return [
            ...(isAtWork ? [{ path: slot.location, isUrgent }] : []),
            ...(store === undefined ? [] : [{ path: store, isUrgent }]),
          ];
        }),
    diskOf: (index) => {
      const slot = slots().find((each) => each.index === index);
      for (const path of [slot?.location, storeOf(index)]) {
        const since = path === undefined ? undefined : pulse.hungSince(path);
        if (path !== undefined && since !== undefined) return { path, since };
      }
      return null;
    },
  };
}
