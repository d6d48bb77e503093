/** Where the worker keeps what is its own. */

import { randomUUID } from 'node:crypto';
import type { WorkerConfig } from '../config/worker-config.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';
import { openWorkerStore, type StoreIdentity, type WorkerStore } from '../store/worker-store.js';
import type { NotedWorker } from './roots/roots.js';

export interface WorkerHome {
  readonly store: WorkerStore;
  /** Where it is kept; undefined where it is kept nowhere. */
  readonly place: string | undefined;
  /** The worker's id where it outlives this run; null when this run does not know it and has one of its own. */
  readonly workerId: string | null;
}

export interface HomeOptions {
  /** Why a directory cannot be used. */
  readonly faultOf: (path: string) => Error | undefined;
  readonly noted: NotedWorker;
  readonly emit: Emit;
}

/**
 * The worker's store. Where the configuration names no home, a location that refuses is its thread's failure alone:
 * the next thread's is taken, and where all refuse the worker serves all the same, but takes no command that it could
 * not keep. It stays the same worker as long as its id is noted in any root that can be read; where a home was in use
 * and nothing says whose, the id is of this run alone, and none is made in its place. @throws what a home that is named failed with
 */
export function openHome(
  { home, threads }: Pick<WorkerConfig, 'home' | 'threads'>,
  { faultOf, noted, emit }: HomeOptions,
): WorkerHome {
  const open = (path: string, identity: StoreIdentity) => {
    const fault = faultOf(path);
    if (fault) throw fault;
    return openWorkerStore(path, identity);
  };
  try {
    const store = open(home, { otherwise: noted.worker ?? undefined });
    return { store, place: home, workerId: store.id };
  } catch (refusal) {
    if (home !== threads[0]?.location) throw refusal;
    const known = noted.worker ?? noted.workerOfShared;
    const isOfThisRun = known === null && !noted.isHomeNew;
    const instead = isOfThisRun ? randomUUID() : (known ?? undefined);
    const moved = {
      event: 'worker.homeMoved',
      home,
      id: isOfThisRun ? instead : undefined,
      ...faultFields(refusal),
    } as const;
    for (const { location } of threads.slice(1)) {
      try {
        const store = open(location, { instead });
        emit({ ...moved, instead: location });
        return { store, place: location, workerId: isOfThisRun ? null : store.id };
      } catch {
        // The first home's refusal is the one to be told.
      }
    }
    emit(moved);
    return { store: nowhere(refusal, instead ?? randomUUID()), place: undefined, workerId: known };
  }
}

/** Keeps nothing, and says so. */
function nowhere(refusal: unknown, id: string): WorkerStore {
  return {
    id,
    read: () => undefined,
    write: () => {
      throw refusal;
    },
    close: () => undefined,
  };
}
