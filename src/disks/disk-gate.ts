/**
 * Calls to disks with a deadline. A disk that does not answer delays only its own callers. Each call that does not
 * return occupies one thread of libuv's pool, so the disk is not called again until it has answered.
 */

/** A clock's timers. */
export interface Timers {
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface DiskGate {
  /** @throws what `work` throws; an error when the disk has not answered in time or has not answered an earlier call */
  within<T>(disk: string, work: () => Promise<T>): Promise<T>;
}

/** How many disks may hang at once; libuv's pool has many more threads (pool-size.ts). */
const mostHanging = 32;

export function diskGate(timers: Timers, deadlineMs = 2000): DiskGate {
  const hanging = new Map<string, number>();
  return {
    within: async (disk, work) => {
      const late = new Error(`it has not answered within ${deadlineMs / 1000} s`);
      if (hanging.has(disk)) throw late;
      if (hanging.size >= mostHanging) throw new Error(`${[...hanging.keys()].join(' and ')} do not answer`);
      let timer: unknown;
      let isLate = false;
      const deadline = new Promise<never>((_, reject) => {
        timer = timers.setTimeout(() => {
          isLate = true;
          hanging.set(disk, (hanging.get(disk) ?? 0) + 1);
          reject(late);
        }, deadlineMs);
      });
      const answer = work().finally(() => {
        timers.clearTimeout(timer);
        if (!isLate) return;
        const left = (hanging.get(disk) ?? 1) - 1;
        if (left > 0) hanging.set(disk, left);
        else hanging.delete(disk);
      });
      return Promise.race([answer, deadline]);
    },
  };
}
