/** Inside of a thread: what it offers, what it says, and whom it may call. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { expose, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { answerOf, unpack, type WireAnswer } from './wire-error.js';

/** What every thread is started with, beside the data of its own. */
export interface HostData<D> {
  readonly data: D;
  readonly incarnation: number;
  readonly events: MessagePort;
  readonly services: MessagePort;
}

export type Verbs = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Host<D, E> {
  readonly data: D;
  readonly incarnation: number;
  /** Sends events outside, in batches: one message for all of one turn of the loop. */
  say(event: E): void;
  /** Calls a service that the thread's owner offers. */
  call<T>(name: string, args: readonly unknown[]): Promise<T>;
  /** Offers the verbs and tells the owner that the thread is up. */
  ready(verbs: Verbs): void;
}

interface ServiceDoor {
  call(name: string, args: readonly unknown[]): Promise<WireAnswer<unknown>>;
}

export function threadHost<D, E>(): Host<D, E> {
  const { data, incarnation, events, services } = workerData as HostData<D>;
  const door = wrap<ServiceDoor>(nodeEndpoint(services));
  let batch: E[] = [];
  const flush = () => {
    if (batch.length === 0) return;
    const full = batch;
    batch = [];
    events.postMessage({ type: 'events', events: full });
  };
  // A thread that exits or throws has no other turn; what it said in this one goes out here.
  process.on('exit', flush);
  return {
    data,
    incarnation,
    say: (event) => {
      // Behind the answer to the call that caused it: who asked waits for one message, not for two.
      if (batch.push(event) === 1) setImmediate(flush);
    },
    call: async <T>(name: string, args: readonly unknown[]) =>
      // The owner answers with what the service's own type promises.
      unpack((await door.call(name, args)) as WireAnswer<T>),
    ready: (verbs) => {
      if (parentPort === null) throw new Error('a thread host runs in a worker_thread only');
      const offered = {
        call: (name: string, args: readonly unknown[]) =>
          answerOf(() => {
            const verb = verbs[name];
            if (!verb) throw new Error(`the thread has no verb ${name}`);
            return verb(...(args as never[]));
          }),
      };
      expose(offered, nodeEndpoint(parentPort));
      events.postMessage({ type: 'ready' });
    },
  };
}
