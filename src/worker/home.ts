/** Where the worker keeps what is its own. */
import { randomUUID } from 'node:crypto';
import type { WorkerConfig } from '../config/worker-config.js';
import { messageOf } from '../protocol/errors.js';
import { openWorkerStore, type WorkerStore } from '../store/worker-store.js';

/**
 * The worker's store. Where the configuration names no home, a location that refuses is its thread's failure alone:
 * the next thread's is taken, and where all refuse the worker serves all the same, but takes no command that it could
 * not keep. @throws what a home that is named failed with
 */
export function openHome(
  { home, threads }: Pick<WorkerConfig, 'home' | 'threads'>,
  warn: (line: string) => void,
): WorkerStore {
  try {
    return openWorkerStore(home);
  } catch (refusal) {
    if (home !== threads[0]?.location) throw refusal;
    for (const { location } of threads.slice(1)) {
      const store = tryOpen(location);
      if (!store) continue;
      warn(`${messageOf(refusal)}; limits and cordon set by hand are kept in ${location} meanwhile`);
      return store;
    }
    warn(`${messageOf(refusal)}; meanwhile no limit, cordon or drain can be set`);
    return nowhere(refusal);
  }
}

function tryOpen(home: string): WorkerStore | undefined {
  try {
    return openWorkerStore(home);
  } catch {
    // The first home's refusal is the one to be told.
    return undefined;
  }
}

/** Keeps nothing, and says so; its id is of this run alone. */
function nowhere(refusal: unknown): WorkerStore {
  return {
    id: randomUUID(),
    read: () => undefined,
    write: () => {
      throw refusal;
    },
    close: () => undefined,
  };
}
