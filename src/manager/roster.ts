/** Who reported, and when. */
import type { WallClock } from '../protocol/clock.js';
import { timestamp } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import type { Summary, WorkerEntry } from '../protocol/thread.js';
import type { FleetStore } from '../store/fleet-store.js';

export interface Ping {
  readonly name: string;
  readonly dest: string;
  readonly version: string | null;
  readonly summary: Summary;
}

export interface Roster {
  ping(ping: Ping): void;
  list(): readonly WorkerEntry[];
  /** @throws worker_not_found, naming the known ones */
  get(name: string): WorkerEntry;
  /** @throws worker_not_found */
  remove(name: string): void;
}

export function roster(store: FleetStore, clock: WallClock): Roster {
  const list = () =>
    store.workers().map(({ name, dest, version, summary, lastPingMs }) => ({
      name,
      dest,
      version,
      // Written by `ping` alone.
      summary: JSON.parse(summary) as Summary,
      lastPing: timestamp(lastPingMs),
    }));
  const unknown = (name: string) => {
    const names = list().map((entry) => entry.name);
    const known = names.length > 0 ? `known are ${names.join(', ')}` : 'none has reported yet';
    return new SealvisorError('worker_not_found', `no worker ${name}: ${known}`);
  };
  return {
    ping: ({ name, dest, version, summary }) =>
      store.putWorker({ name, dest, version, summary: JSON.stringify(summary), lastPingMs: clock.now() }),
    list,
    get: (name) => {
      const found = list().find((entry) => entry.name === name);
      if (found) return found;
      throw unknown(name);
    },
    remove: (name) => {
      if (!store.removeWorker(name)) throw unknown(name);
    },
  };
}
