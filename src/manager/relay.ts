/** Hands a command to a worker that reported; a worker of the field, without REST, is spoken to in JSON-RPC. */
import { dialable, formatAddress, parseAddress, workerPort } from '../config/endpoint.js';
import { fieldWorker, type ThreadRequest } from '../fleet/field-worker.js';
import { expectOk, requestJson } from '../fleet/http-client.js';
import type { WallClock } from '../protocol/clock.js';
import type { Roster } from './roster.js';

export interface Relay {
  threads(name: string): Promise<unknown>;
  thread(name: string, index: number): Promise<unknown>;
  command(name: string, index: number, verb: 'pause' | 'resume', request: ThreadRequest): Promise<unknown>;
}

const timeoutMs = 15_000;

export function relay(roster: Roster, clock: WallClock): Relay {
  // A worker that names the address it listens on, not one to dial, is taken to be on this machine.
  const baseOf = (name: string) =>
    `http://${formatAddress(dialable(parseAddress(roster.get(name).dest, workerPort)))}`;

  /** The worker's REST answer; undefined when it has no REST. */
  const rest = async (base: string, method: 'GET' | 'POST', path: string, body?: unknown) => {
    const answer = await requestJson({ method, url: `${base}/api/v1${path}`, body, timeoutMs });
    return isRest(answer) ? { body: expectOk(answer) } : undefined;
  };
  return {
    threads: async (name) => {
      const base = baseOf(name);
      const answer = await rest(base, 'GET', '/threads');
      return answer ? answer.body : fieldWorker(name, base, clock).threads();
    },
    thread: async (name, index) => {
      const base = baseOf(name);
      const answer = await rest(base, 'GET', `/threads/${index}`);
      return answer ? answer.body : fieldWorker(name, base, clock).thread(index);
    },
    command: async (name, index, verb, request) => {
      const base = baseOf(name);
      const answer = await rest(base, 'POST', `/threads/${index}/${verb}`, request);
      return answer ? answer.body : fieldWorker(name, base, clock).command(index, verb, request);
    },
  };
}

/** The field's worker answers in text, or in JSON-RPC to a post at any path: neither is an answer to our request. */
function isRest({ status, body }: { readonly status: number; readonly body: unknown }): boolean {
  if (typeof body !== 'object' || body === null || 'jsonrpc' in body) return false;
  return status < 400 || 'code' in body;
}
