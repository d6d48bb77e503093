/** Booted threads, with their modules loaded, that wait for data. */
import type { ResourceLimits } from 'node:worker_threads';
import { threadCount, threadLimit } from './admission.js';
import { ThreadLink } from './link.js';
import { machineEntry } from './machine-entry.js';

export interface SpareOptions {
  /** The module that the threads run; it gets its data with `await awaitHost()`. Give this or `machine`. */
  readonly entry?: URL;
  /** A module that exports an XState machine as `machine`; it is loaded in advance. */
  readonly machine?: URL;
  /** How many are kept ready. */
  readonly count: number;
  /** How long a spare thread may take to boot, ms. @default 30000 */
  readonly readyMs?: number;
  /** Must equal those of the threads that take a spare. */
  readonly resourceLimits?: ResourceLimits;
}

export interface SpareThreads {
  /** What the threads run, as one string: a spare thread can only become a thread of the same kind. */
  readonly kind: string;
  /** A booted thread, which belongs to the caller from now on; `undefined` when none is ready. */
  take(): ThreadLink | undefined;
  /** Boots missing threads in the background. */
  refill(): void;
  /**
   * Boots missing threads and waits for them; near the thread limit fewer are ready. @throws start_failed: why one
   * did not boot
   */
  filled(): Promise<void>;
  stats(): SpareStats;
  /** Terminates all that are not taken; resolves when they are gone. Safe twice. */
  stop(): Promise<void>;
}

export interface SpareStats {
  readonly ready: number;
  readonly booting: number;
  readonly taken: number;
  /** The error of the last one that failed to boot. */
  readonly lastError: unknown;
}

/** What a thread runs, as one string. */
export function kindOf({
  entry,
  machine,
}: {
  readonly entry?: URL | undefined;
  readonly machine?: URL | undefined;
}): string {
  return machine ? `machine ${machine.href}` : `entry ${entry?.href}`;
}

/** Starts to boot `count` threads. A boot that fails is retried at the next `refill()`, which each start of a thread calls. */
export function spareThreads(options: SpareOptions): SpareThreads {
  const { entry, machine, count, readyMs = 30_000, resourceLimits } = options;
  const ready = new Set<ThreadLink>();
  const booting = new Map<ThreadLink, Promise<void>>();
  let taken = 0;
  let lastError: unknown;
  let isStopped = false;

  const boot = async () => {
    // The last permit is for a thread that is needed now.
    if (threadCount() + 1 >= threadLimit()) return;
    const link = new ThreadLink({
      entry: entry ?? machineEntry(),
      name: 'spare thread',
      preload: machine,
      resourceLimits,
    });
    const booted = link.until('booted', readyMs);
    booting.set(link, booted);
    try {
      await booted;
      if (isStopped || link.isGone) return;
      ready.add(link);
      void link.exited.then(() => {
        // It died unused; it had booted once, so the next one will too.
        if (ready.delete(link)) refill();
      });
    } finally {
      booting.delete(link);
    }
  };
  const note = (error: unknown) => {
    lastError = error;
  };
  const refill = () => {
    for (let missing = count - ready.size - booting.size; missing > 0 && !isStopped; missing -= 1)
      boot().catch(note);
  };
  refill();

  return {
    kind: kindOf({ entry, machine }),
    take: () => {
      const [link] = ready;
      if (!link) return undefined;
      ready.delete(link);
      taken += 1;
      return link;
    },
    refill,
    filled: async () => {
      refill();
      await Promise.all(booting.values());
    },
    stats: () => ({ ready: ready.size, booting: booting.size, taken, lastError }),
    stop: async () => {
      isStopped = true;
      const links = [...ready, ...booting.keys()];
      ready.clear();
      for (const link of links) link.terminate();
      await Promise.all(links.map(({ exited }) => exited));
    },
  };
}
