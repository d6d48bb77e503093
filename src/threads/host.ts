/** The inside of a thread: the verbs it offers, the events it sends, and the services it calls. */

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

/** Verbs that the owner can call. `stop`, if offered, is called before the thread is terminated. */
export type Verbs = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Host<D, E> {
  readonly data: D;
  readonly incarnation: number;
  /** Sends events to the owner, one message for all of one loop turn; before the next `call`, unless a verb is being answered. */
  say(event: E): void;
  /** Calls a service that the thread's owner offers. */
  call<T>(name: string, args: readonly unknown[]): Promise<T>;
  /** Offers the verbs, receives events, and reports to the owner that the thread is up. */
  ready(verbs: Verbs, onEvent?: (event: unknown) => void): void;
  /** Reports that the work is done and ends this thread: its exit is `normal`. */
  done(): never;
}

interface ServiceDoor {
  call(name: string, args: readonly unknown[]): Promise<WireAnswer<unknown>>;
}

/** The data that a spare thread received when it was taken. */
let handed: Given | null = null;

/**
 * The host of a thread that has its data; call it once. @throws in a spare thread that waits for its data: await
 * `awaitHost` there
 */
export function threadHost<D, E>(): Host<D, E> {
  const given = bootData().given ?? handed;
  if (given === null) throw new Error('a spare thread has no data yet: write `await awaitHost()`');
  return hostOf<D, E>(given);
}

/** The host of any thread. A spare one loads its modules, reports that it is booted, and waits here for its data. */
export async function awaitHost<D, E>(): Promise<Host<D, E>> {
  await hasData();
  return threadHost<D, E>();
}

/** Resolves when the thread has its data: `threadHost` works from then on. A spare thread first reports that it is booted. */
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
  /** Calls from the owner that are being answered; `stop` does not count. */
  let answering = 0;
  const post = (said: Said<E>) => events.postMessage(said);
  const { say, flush } = eventBatch(post);
  if (beatEveryMs !== null) beatForEver(pulse, beatEveryMs);
  return {
    // The thread's owner and its module agree on the shape.
    data: data as D,
    incarnation,
    say,
    call: async <T>(name: string, args: readonly unknown[]) => {
      // Earlier events arrive first; except while an answer is due, because events are sent after the answer.
      if (answering === 0) flush();
      // The owner answers with what the service's own type promises.
      return unpack((await door.call(name, withHanded(args, args))) as WireAnswer<T>);
    },
    ready: (verbs, onEvent) => {
      const offered = {
        call: async (name: string, args: readonly unknown[]) => {
          // A fast caller can call again before this loop has turned: earlier events are sent first.
          flush();
          // A stop takes as long as the stage: events of that time do not wait for its answer.
          const holds = name === 'stop' ? 0 : 1;
          answering += holds;
          const answer = await answerOf(() => {
            const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
            if (!verb) throw new Error(`the thread has no verb ${name}`);
            return verb(...(args as never[]));
          });
          answering -= holds;
          // A stopped thread is terminated as soon as its answer arrives: its last events are sent before it.
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

/** Sends the events of one loop turn in one message, or earlier with `flush`. */
function eventBatch<E>(post: (said: Said<E>) => void) {
  let batch: E[] = [];
  const flush = () => {
    if (batch.length === 0) return;
    const full = batch;
    batch = [];
    post({ type: 'events', events: full });
  };
  // A thread that exits or throws has no further turn: the events of this one are sent here.
  process.on('exit', flush);
  const flushSoon = oncePerTurn(flush);
  return {
    flush,
    say: (event: E): void => {
      batch.push(event);
      // After the answer to the call that caused it: the caller waits for one message, not for two.
      flushSoon();
    },
  };
}

/** How often a thread whose loop turns records its heap, ms; it takes a few microseconds. */
const weighEveryMs = 5;

/** A beat in each turn of the loop, and by timer when the loop is idle; neither keeps the thread alive. */
function beatForEver(pulse: Pulse, everyMs: number): void {
  // Timers alone are not enough: work that a message started may continue in immediates before timers run.
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
  // Every thread of ours is started with this data.
  return workerData as BootData;
}

function port() {
  if (parentPort === null) throw new Error('a thread host runs in a worker_thread only');
  return parentPort;
}
