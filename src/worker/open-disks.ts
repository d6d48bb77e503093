/** What a worker does with its disks before anything else: looks at them, opens its home, marks what is new. */
import { dirname } from 'node:path';
import { systemClock } from '../actors/index.js';
import type { WorkerConfig } from '../config/worker-config.js';
import type { AttachedStore } from '../sealing/stage.js';
import type { RecordOwner } from '../store/record-owner.js';
import type { WorkerStore } from '../store/worker-store.js';
import { openHome } from './home.js';
import { checkAnyUsable } from './location-check.js';
import { type WorkerRoots, workerRoots } from './worker-roots.js';

export interface Disks {
  readonly roots: WorkerRoots;
  readonly store: WorkerStore;
  /** A directory that this worker alone works in. */
  readonly place: string;
  ownerOf(location: string): RecordOwner;
  /** The attached stores of the moment, each with the mark that is expected there. */
  stores(): readonly AttachedStore[];
}

/** @throws location_not_writable, wrong_disk when no thread has a location it can use; what a home that is named failed with */
export async function openDisks(options: {
  readonly config: () => WorkerConfig;
  readonly name: string;
  readonly warn: (line: string) => void;
}): Promise<Disks> {
  const { config, name, warn } = options;
  const roots = workerRoots({
    config,
    workerName: name,
    timers: systemClock,
    now: () => new Date(),
    warn,
  });
  await roots.admit();
  const { threads, path, attached } = config();
  checkAnyUsable(
    threads.map(({ location }) => location),
    roots.faultOf,
  );
  const { store, place, workerId } = openHome(config(), roots.faultOf, warn);
  await roots.take(store.id);
  for (const { name: store, location } of attached) {
    const fault = roots.faultOf(location);
    if (fault) warn(`store ${store} is not used: ${fault.message}`);
  }
  return {
    roots,
    store,
    place: place ?? dirname(path),
    // A location that was not seen yet is refused by its thread.
    ownerOf: (location) => ({ worker: workerId, location: roots.idOf(location) ?? '' }),
    stores: () => config().attached.map((each) => ({ ...each, mark: roots.idOf(each.location) })),
  };
}
