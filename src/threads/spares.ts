/** Threads that are booted, with their modules loaded, and wait for somebody's data. */
import type { ResourceLimits } from 'node:worker_threads';
import { threadCount, threadLimit } from './admission.js';
import { ThreadLink } from './link.js';
import { machineEntry } from './machine-entry.js';

export interface SpareOptions {
  /** The module the threads run; it takes its data by `await awaitHost()`. Or `machine`. */
  readonly entry?: URL;
  /** A module that exports an XState machine as `machine`, loaded ahead. */
  readonly machine?: URL;
  /** How many are kept ready. */
  readonly count: number;
  /** How long a spare thread may take to boot, ms. @default 30000 */
  readonly readyMs?: number;
  /** The same as those of the threads that are to be replaced. */
  readonly resourceLimits?: ResourceLimits;
}

export interface SpareThreads {
  /** What the threads run, as one text: a spare thread can only become a thread of the same. */
  readonly kind: string;
  /** A booted thread, which is the taker's from now on; `undefined` when none is ready. */
  take(): ThreadLink | undefined;
  /** Boots what is missing, in the background. */
  refill(): void;
  /** Resolves when as many as wanted are ready. @throws start_failed, thread_limit: why the last one did not boot */
  filled(): Promise<void>;
  stats(): SpareStats;
  /** Ends all that are not taken; resolves when they are gone. Safe twice. */
  stop(): Promise<void>;
}

export interface SpareStats {
  readonly ready: number;
  readonly booting: number;
  readonly taken: number;
  /** Why the last one that failed did. */
  readonly lastError: unknown;
}

/** What a thread runs, as one text. */
export function kindOf({
  entry,
  machine,
}: {
  readonly entry?: URL | undefined;
  readonly machine?: URL | undefined;
}): string {
  return machine ? `machine ${machine.href}` : `entry ${entry?.href}`;
}

/** Begins to boot `count` threads. One that does not boot is tried again when the next is taken. */
export function spareThreads(options: SpareOptions): SpareThreads {
  const { entry, machine, count, readyMs = 30_000, resourceLimits } = options;
  const ready = new Set<ThreadLink>();
  const booting = new Map<ThreadLink, Promise<void>>();
  let taken = 0;
  let lastError: unknown;
  let isStopped = false;

  const boot = async () => {
    // The last place is for a thread that is needed now.
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
        // It died unused; it had come up once, so the next one will.
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
