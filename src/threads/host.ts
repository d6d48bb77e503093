/** Inside of a thread: what it offers, what it says, and whom it may call. */

import { parentPort, workerData } from 'node:worker_threads';
import { expose, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { oncePerTurn } from '../actors/once-per-turn.js';
import { every, idleClock } from '../actors/system-clock.js';
import { onLongSlice } from '../protocol/long-slice.js';
import { withHanded } from './hand-over.js';
import { Pulse } from './pulse.js';
import type { BootData, Given, Said, Told } from './wire.js';
import { answerOf, unpack, type WireAnswer } from './wire-error.js';

/** What can be called from outside. `stop`, where it is offered, is called before the thread is ended. */
export type Verbs = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Host<D, E> {
  readonly data: D;
  readonly incarnation: number;
  /** Sends events outside, in batches: one message for all of one turn of the loop, ahead of the next `call`. */
  say(event: E): void;
  /** Calls a service that the thread's owner offers. */
  call<T>(name: string, args: readonly unknown[]): Promise<T>;
  /** Offers the verbs, takes the events that are sent, and tells the owner that the thread is up. */
  ready(verbs: Verbs, onEvent?: (event: unknown) => void): void;
  /** Says that the work is done, and ends this thread: its exit is `normal`. */
  done(): never;
}

interface ServiceDoor {
  call(name: string, args: readonly unknown[]): Promise<WireAnswer<unknown>>;
}

/** What a spare thread was given when it was taken. */
let handed: Given | null = null;

/** The host of a thread that has its data, to be had once. @throws in a spare thread that waits for them: there, await `awaitHost` */
export function threadHost<D, E>(): Host<D, E> {
  const given = bootData().given ?? handed;
  if (given === null) throw new Error('a spare thread has no data yet: write `await awaitHost()`');
  return hostOf<D, E>(given);
}

/** The host of any thread. A spare one loads what it can, says that it is booted, and waits here for its data. */
export async function awaitHost<D, E>(): Promise<Host<D, E>> {
  await hasData();
  return threadHost<D, E>();
}

/** Resolves when the thread has its data: `threadHost` gives its host from then on. A spare thread says that it is booted. */
export async function hasData(): Promise<void> {
  const { given, preload, events } = bootData();
  if (preload !== null) await import(preload);
  if (given !== null) return;
  const taken = new Promise<void>((resolve) => {
    const hear = (told: Told) => {
      if (told.type !== 'sealvisor.give') return;
      port().off('message', hear);
      handed = told.given;
      resolve();
    };
    port().on('message', hear);
  });
  events.postMessage({ type: 'booted' } satisfies Said<never>);
  await taken;
}

function hostOf<D, E>({ data, incarnation, beatEveryMs }: Given): Host<D, E> {
  const { events, services, pulse: buffer } = bootData();
  const door = wrap<ServiceDoor>(nodeEndpoint(services));
  const pulse = new Pulse(buffer);
  pulse.introduce();
  onLongSlice((ms, bytes) => {
    pulse.holdLarge(bytes);
    if (ms > 0) pulse.beatAhead(ms);
  });
  /** Calls from outside in hand. */
  let answering = 0;
  const post = (said: Said<E>) => events.postMessage(said);
  const { say, flush } = eventBatch(post);
  if (beatEveryMs !== null) beatForEver(pulse, beatEveryMs);
  return {
    // Who starts the thread and its module agree on the shape.
    data: data as D,
    incarnation,
    say,
    call: async <T>(name: string, args: readonly unknown[]) => {
      // What was said before is heard before; not while an answer is due, which all that is said stays behind.
      if (answering === 0) flush();
      // The owner answers with what the service's own type promises.
      return unpack((await door.call(name, withHanded(args, args))) as WireAnswer<T>);
    },
    ready: (verbs, onEvent) => {
      const offered = {
        call: async (name: string, args: readonly unknown[]) => {
          // A quick asker can come back before this loop has turned: what was said before goes out first.
          flush();
          // A stop takes as long as the stage: what is said meanwhile is not for its answer to wait.
          const holds = name === 'stop' ? 0 : 1;
          answering += holds;
          const answer = await answerOf(() => {
            const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
            if (!verb) throw new Error(`the thread has no verb ${name}`);
            return verb(...(args as never[]));
          });
          answering -= holds;
          // Who has stopped is ended as soon as the answer is there: its last words go before it.
          if (name === 'stop') flush();
          return answer;
        },
      };
      expose(offered, nodeEndpoint(port()));
      if (onEvent)
        port().on('message', (told: Told) => {
          if (told.type !== 'sealvisor.event') return;
          pulse.take();
          onEvent(told.event);
        });
      pulse.beat();
      pulse.weigh();
      post({ type: 'ready', takesEvents: onEvent !== undefined, stops: 'stop' in verbs });
    },
    done: () => {
      flush();
      post({ type: 'done' });
      // In a worker_thread this ends the thread, not the process.
      process.exit(0);
    },
  };
}

/** What is said goes out in one message for all of a turn, or with `flush`. */
function eventBatch<E>(post: (said: Said<E>) => void) {
  let batch: E[] = [];
  const flush = () => {
    if (batch.length === 0) return;
    const full = batch;
    batch = [];
    post({ type: 'events', events: full });
  };
  // A thread that exits or throws has no other turn; what it said in this one goes out here.
  process.on('exit', flush);
  const flushSoon = oncePerTurn(flush);
  return {
    flush,
    say: (event: E): void => {
      batch.push(event);
      // Behind the answer to the call that caused it: who asked waits for one message, not for two.
      flushSoon();
    },
  };
}

/** How often a thread that turns notes its heap, ms; it takes some microseconds. */
const weighEveryMs = 5;

/** A beat in each turn of the loop, and one from time to time when nothing turns it; neither keeps it going. */
function beatForEver(pulse: Pulse, everyMs: number): void {
  // Timers alone are not enough: work that a message started may go on in an immediate before timers have their turn.
  let weighedAt = 0;
  const turn = () => {
    pulse.beat();
    const now = performance.now();
    if (now - weighedAt >= weighEveryMs) {
      weighedAt = now;
      pulse.weigh();
    }
    setImmediate(turn).unref();
  };
  turn();
  every(
    everyMs,
    () => {
      pulse.beat();
      pulse.weigh();
    },
    idleClock,
  );
}

function bootData(): BootData {
  // Whoever starts a thread of ours starts it with this.
  return workerData as BootData;
}

function port() {
  if (parentPort === null) throw new Error('a thread host runs in a worker_thread only');
  return parentPort;
}
