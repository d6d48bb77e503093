/** Where the worker keeps what is its own. */
import type { WorkerConfig } from '../config/worker-config.js';
import { messageOf } from '../protocol/errors.js';
import { openWorkerStore, type WorkerStore } from '../store/worker-store.js';

/**
 * The worker's store. Where the configuration names no home, a location that refuses is its thread's failure alone:
 * the next thread's is taken. @throws what the first home failed with, when all do
 */
export function openHome(
  { home, threads }: Pick<WorkerConfig, 'home' | 'threads'>,
  warn: (line: string) => void,
): WorkerStore {
  try {
    return openWorkerStore(home);
  } catch (first) {
    const isDefault = home === threads[0]?.location;
    for (const { location } of isDefault ? threads.slice(1) : []) {
      const store = tryOpen(location);
      if (!store) continue;
      warn(`${messageOf(first)}; limits and cordon set by hand are kept in ${location} meanwhile`);
      return store;
    }
    throw first;
  }
}

function tryOpen(home: string): WorkerStore | undefined {
  try {
    return openWorkerStore(home);
  } catch {
    // The first home's failure is the one to be told.
    return undefined;
  }
}
