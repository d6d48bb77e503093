/** Hands a command to a worker that reported; a worker of the field, without REST, is spoken to in JSON-RPC. */
import { formatAddress, parseAddress } from '../config/endpoint.js';
import { expectOk, requestJson } from '../fleet/http-client.js';
import { rpcCall } from '../fleet/rpc-client.js';
import { SealvisorError } from '../protocol/errors.js';
import type { FieldThread } from '../protocol/field-thread.js';
import { fromFieldThread } from '../protocol/field-thread.js';
import type { Roster } from './roster.js';

export interface Relay {
  threads(name: string): Promise<unknown>;
  thread(name: string, index: number): Promise<unknown>;
  command(name: string, index: number, verb: 'pause' | 'resume', body: unknown): Promise<unknown>;
}

const timeoutMs = 15_000;
const workerPort = 17_890;

export function relay(roster: Roster): Relay {
  const baseOf = (name: string) => {
    const { host, port } = parseAddress(roster.get(name).dest, workerPort);
    // A worker that names the address it listens on, not one to dial, is taken to be on this machine.
    return `http://${formatAddress({ host: host === '0.0.0.0' ? '127.0.0.1' : host, port })}`;
  };

  /** The worker's REST answer, or undefined when it has no REST. */
  const rest = async (base: string, method: 'GET' | 'POST', path: string, body?: unknown) => {
    const answer = await requestJson({ method, url: `${base}/api/v1${path}`, body, timeoutMs });
    const isOurs = typeof answer.body === 'object' && answer.body !== null;
    return answer.status >= 400 && !isOurs ? undefined : { body: expectOk(answer) };
  };
  const fieldList = async (base: string) => {
    // The field's own shape, SPEC section 6.
    const threads = (await rpcCall(base, 'VenusWorker.WorkerList', [], {
      timeoutMs,
    })) as readonly FieldThread[];
    return threads.map((thread) => fromFieldThread(thread, Date.now()));
  };
  const fieldThread = async (base: string, index: number) => {
    const found = (await fieldList(base)).find((view) => view.index === index);
    if (found) return found;
    throw new SealvisorError('thread_not_found', `no thread #${index} on that worker`);
  };
  return {
    threads: async (name) => {
      const base = baseOf(name);
      return (await rest(base, 'GET', '/threads'))?.body ?? fieldList(base);
    },
    thread: async (name, index) => {
      const base = baseOf(name);
      return (await rest(base, 'GET', `/threads/${index}`))?.body ?? fieldThread(base, index);
    },
    command: async (name, index, verb, body) => {
      const base = baseOf(name);
      const answer = await rest(base, 'POST', `/threads/${index}/${verb}`, body);
      if (answer) return answer.body;
      const state = (body as { state?: string | null }).state ?? null;
      const [method, params] =
        verb === 'pause' ? (['WorkerPause', [index]] as const) : (['WorkerResume', [index, state]] as const);
      const changed = (await rpcCall(base, `VenusWorker.${method}`, params, { timeoutMs })) === true;
      const message = changed
        ? `${name} took the ${verb} of thread #${index}`
        : `thread #${index} did not change`;
      return { ...(await fieldThread(base, index)), changed, message };
    },
  };
}
