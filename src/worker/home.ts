/** Where the worker keeps what is its own. */
import { randomUUID } from 'node:crypto';
import type { WorkerConfig } from '../config/worker-config.js';
import { messageOf } from '../protocol/errors.js';
import { openWorkerStore, type WorkerStore } from '../store/worker-store.js';

export interface WorkerHome {
  readonly store: WorkerStore;
  /** Where it is kept; undefined where it is kept nowhere. */
  readonly place: string | undefined;
  /** The worker's id where it is kept; null when this run knows it not. */
  readonly workerId: string | null;
}

/**
 * The worker's store. Where the configuration names no home, a location that refuses is its thread's failure alone:
 * the next thread's is taken, and where all refuse the worker serves all the same, but takes no command that it could
 * not keep. `faultOf` says why a directory cannot be used. @throws what a home that is named failed with
 */
export function openHome(
  { home, threads }: Pick<WorkerConfig, 'home' | 'threads'>,
  faultOf: (path: string) => Error | undefined,
  warn: (line: string) => void,
): WorkerHome {
  const open = (path: string) => {
    const fault = faultOf(path);
    if (fault) throw fault;
    return openWorkerStore(path);
  };
  try {
    const store = open(home);
    return { store, place: home, workerId: store.id };
  } catch (refusal) {
    if (home !== threads[0]?.location) throw refusal;
    for (const { location } of threads.slice(1)) {
      try {
        const store = open(location);
        warn(`${messageOf(refusal)}; limits and cordon set by hand are kept in ${location} meanwhile`);
        return { store, place: location, workerId: null };
      } catch {
        // The first home's refusal is the one to be told.
      }
    }
    warn(`${messageOf(refusal)}; meanwhile no limit, cordon or drain can be set`);
    return { store: nowhere(refusal), place: undefined, workerId: null };
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
