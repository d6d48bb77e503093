/** What is sent between a thread and its owner, in addition to Comlink's own messages. */
import type { MessagePort } from 'node:worker_threads';

/** What every thread is booted with. */
export interface BootData {
  /** The port for everything that the thread reports. */
  readonly events: MessagePort;
  /** The port for its calls to its owner's services (Comlink). */
  readonly services: MessagePort;
  readonly pulse: SharedArrayBuffer;
  /** URL of a module to load before the thread receives its data. */
  readonly preload: string | null;
  /** `null` for a spare thread, which receives it later. */
  readonly given: Given | null;
}

/** What a booted thread receives from its owner. */
export interface Given {
  readonly data: unknown;
  readonly incarnation: number;
  /** `null`: the pulse is not watched. */
  readonly beatEveryMs: number | null;
}

/** Owner to thread, on the thread's own port, so that calls and events keep their order. Comlink ignores it. */
export type Told =
  | { readonly type: 'sealvisor.give'; readonly given: Given }
  | { readonly type: 'sealvisor.event'; readonly event: unknown };

/** Thread to owner, on the port of events. */
export type Said<E> =
  | { readonly type: 'booted' }
  | { readonly type: 'ready'; readonly takesEvents: boolean; readonly stops: boolean }
  | { readonly type: 'events'; readonly events: readonly E[] }
  | { readonly type: 'done' };
