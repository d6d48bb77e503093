/** What a worker does with its disks before anything else: looks at them, opens its home, marks what is new. */
import { dirname } from 'node:path';
import { systemClock } from '../actors/index.js';
import type { WorkerConfig } from '../config/worker-config.js';
import type { RecordOwner } from '../store/record-owner.js';
import type { WorkerStore } from '../store/worker-store.js';
import { openHome } from './home.js';
import { checkAnyUsable } from './location-check.js';
import { type HotSettings, hotSettings } from './thread-settings.js';
import { type WorkerRoots, workerRoots } from './worker-roots.js';

export interface Disks {
  readonly roots: WorkerRoots;
  readonly store: WorkerStore;
  /** A directory that this worker alone works in. */
  readonly place: string;
  ownerOf(location: string): RecordOwner;
  /** What threads go by, each with its own hot configuration over it. */
  readonly hot: HotSettings;
  /** Gets ready for another configuration. @throws location_not_writable, wrong_disk */
  prepare(next: WorkerConfig): Promise<void>;
}

/** @throws location_not_writable, wrong_disk when no thread has a location it can use; what a home that is named failed with */
export async function openDisks(options: {
  readonly config: () => WorkerConfig;
  readonly warn: (line: string) => void;
}): Promise<Disks> {
  const { config, warn } = options;
  const roots = workerRoots({
    config,
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
  // Each with the mark that is expected there.
  const stores = () => config().attached.map((each) => ({ ...each, mark: roots.idOf(each.location) }));
  const hot = hotSettings({ config, gate: roots.gate, stores, warn });
  return {
    roots,
    store,
    hot,
    place: place ?? dirname(path),
    // A location that was not seen yet is refused by its thread.
    ownerOf: (location) => ({ worker: workerId, location: roots.idOf(location) ?? '' }),
    prepare: async (next) => {
      await roots.add(next);
      await hot.refreshAll(next);
    },
  };
}
