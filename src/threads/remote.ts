/** Starts a new or a spare thread: a Comlink remote whose calls settle even when the thread dies. */
import type { ResourceLimits } from 'node:worker_threads';
import { beatEveryMs, type Heartbeat } from './heartbeat.js';
import { type Owner, type ThreadExit, ThreadLink } from './link.js';
import type { SpareThreads } from './spares.js';

export type { ThreadExit } from './link.js';

export interface ThreadOptions<E> {
  readonly entry: URL;
  readonly data: unknown;
  readonly incarnation: number;
  readonly name: string;
  /** What the thread may call. */
  readonly services: (name: string, args: readonly unknown[]) => Promise<unknown>;
  readonly onEvent: (event: E) => void;
  /** How long the thread may take to report that it is up, ms. @default 30000 */
  readonly readyMs?: number | undefined;
  readonly resourceLimits?: ResourceLimits | undefined;
  /** A module that the entry's `awaitHost()` loads first. */
  readonly preload?: URL | undefined;
  /** Makes the thread write its pulse; the caller has to watch it (`watchHeartbeat`). @default it writes none */
  readonly heartbeat?: Heartbeat | undefined;
  /** Where to take a booted thread from; if none is ready, a new one is started. @default a new thread each time */
  readonly spares?: SpareThreads | undefined;
}

export interface RemoteThread {
  readonly threadId: number;
  /** Resolves once, when the thread is gone. */
  readonly exited: Promise<ThreadExit>;
  /** Calls a verb. @throws thread_gone at once when the thread has ended or ends, deadline_exceeded */
  call<T>(name: string, args: readonly unknown[], deadlineMs: number): Promise<T>;
  terminate(): void;
  readonly link: ThreadLink;
}

const readyMsByDefault = 30_000;

/**
 * Starts a thread and resolves when it has reported that it is up. @throws thread_limit; start_failed with the
 * thread's own error as cause
 */
export async function startThread<E>(options: ThreadOptions<E>): Promise<RemoteThread> {
  const { data, incarnation, name, heartbeat, services, spares } = options;
  const given = { data, incarnation, beatEveryMs: heartbeat ? beatEveryMs(heartbeat) : null };
  // The thread's module sends the events that its owner expects.
  const owner: Owner = { name, services, onEvent: (event) => options.onEvent(event as E) };
  const spare = spares?.take();
  if (spare) spare.give(given, owner);
  const link = spare ?? new ThreadLink({ ...options, given }, owner);
  try {
    await link.until('ready', options.readyMs ?? readyMsByDefault);
  } finally {
    // Only now, so that booting the next one does not slow this one down.
    spares?.refill();
  }
  return {
    threadId: link.threadId,
    exited: link.exited,
    call: (verb, args, deadlineMs) => link.call(verb, args, deadlineMs),
    terminate: () => link.terminate(),
    link,
  };
}
