/** Who reported, and when. */
import type { WallClock } from '../protocol/clock.js';
import { timestamp } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { shortText, someOf } from '../protocol/some-of.js';
import type { Summary, WorkerEntry } from '../protocol/thread.js';
import type { WorkerLife } from '../protocol/worker.js';
import type { FleetStore } from '../store/fleet-store.js';

export interface Ping {
  readonly name: string;
  readonly dest: string;
  readonly version: string | null;
  /** A worker of the field tells none. */
  readonly life?: WorkerLife | null;
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
    store.workers().map(({ name, dest, version, summary: text, lastPingMs }) => {
      // Written by `ping` alone.
      const { life = null, ...summary } = JSON.parse(text) as Summary & { life?: WorkerLife | null };
      return { name, dest, version, life, summary, lastPing: timestamp(lastPingMs) };
    });
  const unknown = (name: string) => {
    const names = list().map((entry) => entry.name);
    const known = names.length > 0 ? `known are ${someOf(names)}` : 'none has reported yet';
    return new SealvisorError('worker_not_found', `no worker ${shortText(name)}: ${known}`);
  };
  return {
    ping: ({ name, dest, version, life = null, summary }) => {
      const text = JSON.stringify({ ...summary, life });
      store.putWorker({ name, dest, version, summary: text, lastPingMs: clock.now() });
    },
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
