/** Hands a command to a worker that reported. */
import { dialable, formatAddress, parseAddress, workerPort } from '../config/endpoint.js';
import type { ThreadRequest } from '../fleet/field-worker.js';
import { workerClient } from '../fleet/worker-client.js';
import type { WallClock } from '../protocol/clock.js';
import type { ControlReply, ThreadView } from '../protocol/thread.js';
import type { Roster } from './roster.js';

export interface Relay {
  threads(name: string): Promise<readonly ThreadView[]>;
  thread(name: string, index: number): Promise<ThreadView>;
  command(
    name: string,
    index: number,
    verb: 'pause' | 'resume',
    request: ThreadRequest,
  ): Promise<ControlReply>;
}

export function relay(roster: Roster, clock: WallClock): Relay {
  const workerOf = (name: string) => {
    // A worker that names the address it listens on, not one to dial, is taken to be on this machine.
    const endpoint = dialable(parseAddress(roster.get(name).dest, workerPort));
    return workerClient(name, `http://${formatAddress(endpoint)}`, clock);
  };
  return {
    threads: async (name) => workerOf(name).threads(),
    thread: async (name, index) => workerOf(name).thread(index),
    command: async (name, index, verb, request) => workerOf(name).command(index, verb, request),
  };
}
