/** Where the worker keeps its own record. */

import { randomUUID } from 'node:crypto';
import type { WorkerConfig } from '../config/worker-config.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';
import { openWorkerStore, type StoreIdentity, type WorkerStore } from '../store/worker-store.js';
import type { NotedWorker } from './roots/roots.js';

export interface WorkerHome {
  readonly store: WorkerStore;
  /** The directory; undefined if nothing can be kept. */
  readonly place: string | undefined;
  /** The worker's id if it outlives this run; null if it is unknown and this run uses a temporary one. */
  readonly workerId: string | null;
}

export interface HomeOptions {
  /** Why a directory cannot be used; undefined if it can. */
  readonly faultOf: (path: string) => Error | undefined;
  readonly noted: NotedWorker;
  readonly emit: Emit;
}

/**
 * Opens the worker's store. If the configuration names no home, a location that cannot be used fails only its own thread:
 * the next thread's location is used. If none can be used, the worker still runs, but refuses commands that it cannot keep.
 * It keeps its id as long as any readable root notes it. If a home was in use and no root notes its id, the worker uses a
 * temporary id for this run. @throws the failure of a home that the configuration names
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
        // The first home's failure is the one that is reported.
      }
    }
    emit(moved);
    return { store: nowhere(refusal, instead ?? randomUUID()), place: undefined, workerId: known };
  }
}

/** A store that keeps nothing: each write throws `refusal`. */
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
