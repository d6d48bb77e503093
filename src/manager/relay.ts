/** Hands a command to a worker that reported. */
import { dialable, formatAddress, parseAddress, workerPort } from '../config/endpoint.js';
import { type WorkerClient, workerClient } from '../fleet/worker-client.js';
import type { WallClock } from '../protocol/clock.js';
import type { Roster } from './roster.js';

export interface Relay {
  /** @throws worker_not_found, naming the known ones */
  to(name: string): WorkerClient;
}

export function relay(roster: Roster, clock: WallClock): Relay {
  return {
    to: (name) => {
      // A worker that names the address it listens on, not one to dial, is taken to be on this machine.
      const endpoint = dialable(parseAddress(roster.get(name).dest, workerPort));
      return workerClient(name, `http://${formatAddress(endpoint)}`, clock);
    },
  };
}
