/** Clients for workers that reported, to pass commands on. */
import { formatAddress } from '../config/endpoint.js';
import { type WorkerClient, workerClient } from '../fleet/worker-client.js';
import type { WallClock } from '../protocol/clock.js';
import type { Roster } from './roster.js';
import { dialledAt, type TrustedAddresses } from './worker-address.js';

export interface Relay {
  /** @throws worker_not_found, naming the known ones; ambiguous_worker, untrusted_address */
  to(name: string): WorkerClient;
}

export function relay(roster: Roster, clock: WallClock, trusted: TrustedAddresses): Relay {
  return {
    to: (name) => {
      const { name: known, id, dest, source } = roster.reached(name);
      const at = dialledAt(known, dest, source, trusted);
      return workerClient(known, `http://${formatAddress(at)}`, clock, { name: known, id });
    },
  };
}
