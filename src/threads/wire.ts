/** What crosses the border of a thread beside Comlink's own messages. */
import type { MessagePort } from 'node:worker_threads';

/** What every thread is booted with. */
export interface BootData {
  /** The way of everything the thread says. */
  readonly events: MessagePort;
  /** The way of its calls to its owner's services (Comlink). */
  readonly services: MessagePort;
  readonly pulse: SharedArrayBuffer;
  /** A module to load before the thread is given anything; a URL. */
  readonly preload: string | null;
  /** `null` for a spare thread: it is given to it later. */
  readonly given: Given | null;
}

/** What makes a booted thread somebody's. */
export interface Given {
  readonly data: unknown;
  readonly incarnation: number;
  /** `null`: nobody looks at the pulse. */
  readonly beatEveryMs: number | null;
}

/** Outside to inside, on the thread's own port, so that calls and events keep their order. Comlink passes over it. */
export type Told =
  | { readonly type: 'sealvisor.give'; readonly given: Given }
  | { readonly type: 'sealvisor.event'; readonly event: unknown };

/** Inside to outside, on the port of events. */
export type Said<E> =
  | { readonly type: 'booted' }
  | { readonly type: 'ready'; readonly takesEvents: boolean; readonly stops: boolean }
  | { readonly type: 'events'; readonly events: readonly E[] }
  | { readonly type: 'done' };
