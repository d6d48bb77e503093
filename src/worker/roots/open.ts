/** What a worker does with its disks first: checks them, opens its home, and marks new ones. */

import { dirname } from 'node:path';
import { systemClock } from '../../actors/index.js';
import { readWorkerConfig } from '../../config/read-worker-config.js';
import type { LoadedConfig, WorkerConfig } from '../../config/worker-config.js';
import { faultFields } from '../../protocol/events/event.js';
import type { Emit } from '../../protocol/events/table.js';
import type { RecordOwner } from '../../store/record-owner.js';
import type { WorkerStore } from '../../store/worker-store.js';
import { openHome } from '../home.js';
import { type HotSettings, type HotSettingsOptions, hotSettings } from '../roster/settings.js';
import { checkAnyUsable } from './location-check.js';
import { type DiskPulse, diskPulse } from './pulse.js';
import { WorkerRoots } from './roots.js';

export interface Disks {
  readonly roots: WorkerRoots;
  readonly pulse: DiskPulse;
  /** Checks that the root is still the same one and that its disk answers. @throws wrong_disk, location_not_writable, disk_hung */
  check(path: string): Promise<void>;
  readonly store: HomeStore;
  /** A directory that only this worker uses. */
  readonly place: string;
  ownerOf(location: string): RecordOwner;
  /** The settings of the threads, each with its hot configuration applied. */
  readonly hot: HotSettings;
  /** Reads a configuration file again. @throws config_missing, config_invalid, location_shared */
  reread(path: string): Promise<LoadedConfig>;
  /** Prepares the disks for a new configuration. @throws location_not_writable, wrong_disk */
  prepare(next: WorkerConfig): Promise<void>;
}

/** The worker's store. Its disk is checked before each write, so that the main thread does not hang in it. */
export interface HomeStore extends Pick<WorkerStore, 'id' | 'read'> {
  /** On disk when it resolves. @throws store_failed, disk_hung */
  write(value: unknown): Promise<void>;
  /** If the disk does not answer, the store stays open until the process exits. */
  close(): Promise<void>;
}

/** @throws location_not_writable, wrong_disk when no thread has a usable location; the error of a configured home */
export async function openDisks(options: {
  readonly config: () => WorkerConfig;
  readonly emit: Emit;
  readonly checkPlan: HotSettingsOptions['checkPlan'];
}): Promise<Disks> {
  const { config, emit, checkPlan } = options;
  const roots = new WorkerRoots({
    config,
    timers: systemClock,
    now: () => new Date(),
    emit,
  });
  await roots.admit();
  const { threads, path, attached } = config();
  checkAnyUsable(
    threads.map(({ location }) => location),
    (location) => roots.faultOf(location),
  );
  const pulse = diskPulse({ clock: systemClock, wall: Date.now, gate: roots.gate, emit });
  const hung = await hungAmong([config().home, ...threads.map(({ location }) => location)], pulse);
  const { store, place, workerId } = openHome(config(), {
    faultOf: (at) => roots.faultOf(at) ?? hung.get(at),
    noted: roots.noted(config().home),
    emit,
  });
  await roots.take(store.id, workerId !== null);
  for (const { name: store, location } of attached) {
    const fault = roots.faultOf(location);
    if (fault) emit({ event: 'store.notUsed', store, ...faultFields(fault) });
  }
  // Each store with the mark that is expected there.
  const stores = () => config().attached.map((each) => ({ ...each, mark: roots.idOf(each.location) }));
  const hot = hotSettings({ config, gate: roots.gate, stores, emit, checkPlan });
  return {
    roots,
    pulse,
    check: async (at) => {
      await roots.check(at);
      await pulse.demand(at);
    },
    store: homeStore(store, place, pulse),
    hot,
    place: place ?? dirname(path),
    // An empty id: the thread refuses a location that was never seen.
    ownerOf: (location) => ({ worker: workerId, location: roots.idOf(location) ?? '' }),
    reread: (at) => readWorkerConfig(at, roots.gate),
    prepare: async (next) => {
      await roots.add(next);
      await hot.refreshAll(next);
    },
  };
}

/** The disks that do not answer, with the error. */
async function hungAmong(paths: readonly string[], pulse: DiskPulse): Promise<Map<string, Error>> {
  const hung = new Map<string, Error>();
  const look = (path: string) => pulse.demand(path).catch((error: Error) => void hung.set(path, error));
  await Promise.all([...new Set(paths)].map(look));
  return hung;
}

function homeStore(store: WorkerStore, place: string | undefined, pulse: DiskPulse): HomeStore {
  const demand = async () => {
    if (place !== undefined) await pulse.demand(place);
  };
  return {
    id: store.id,
    read: store.read,
    write: async (value) => {
      await demand();
      store.write(value);
    },
    close: () => demand().then(store.close, () => undefined),
  };
}
