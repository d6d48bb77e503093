/** A supervised child backed by a worker_thread: `threadChild(options)` is the `start` of a ChildSpec. */
import type { ResourceLimits } from 'node:worker_threads';
import { SealvisorError } from '../protocol/errors.js';
import type { ThreadChild } from './incarnation.js';
import { machineEntry } from './machine-entry.js';
import { startThread } from './remote.js';
import { RunningThread } from './running-thread.js';
import { kindOf, type SpareThreads } from './spares.js';

/** A value for every incarnation, or a function that makes one from the arguments of `start`. */
export type PerStart = unknown | ((...args: readonly unknown[]) => unknown);

interface CommonOptions<E> {
  /** For messages and for the debugger. */
  readonly name: string;
  /** Receives the events of the thread. */
  readonly onEvent?: (event: E, incarnation: number) => void;
  /** What the thread may call. @default nothing */
  readonly services?: (name: string, args: readonly unknown[]) => Promise<unknown>;
  /** How long the thread may take to report that it is up, ms. @default 30000 */
  readonly readyMs?: number;
  /** Time in which the thread's loop has to turn once, ms. @default 1000 */
  readonly heartbeatMs?: number;
  /** After so many consecutive missed beats the thread is hung: it is terminated, and its exit is a crash. @default 5 */
  readonly missed?: number;
  /**
   * Whether something outside the thread blocks its loop, such as a disk that does not answer: then it is not terminated
   * as hung. A thread that sleeps in a disk call never is. @default never
   */
  readonly isHeldUp?: () => boolean;
  /** How long `stop()` waits for the thread's own `stop` verb before the thread is terminated, ms. @default 5000 */
  readonly graceMs?: number;
  /** How many events may be in transit to the thread; further ones are refused. @default 10000 */
  readonly mailbox?: number;
  /** Heap limits, MiB. Buffers do not count. @default Node's */
  readonly resourceLimits?: ResourceLimits;
  /** Booted threads of the same entry or machine; each start takes one. @default a new thread each time */
  readonly spares?: SpareThreads;
}

/** A module of your own, written with `threadHost()` or `await awaitHost()`. */
export interface EntryOptions<E> extends CommonOptions<E> {
  readonly entry: URL;
  readonly data?: PerStart;
  readonly machine?: never;
}

/** A module that exports an XState machine as `machine`: it becomes the only root actor of its thread. */
export interface MachineOptions<E> extends CommonOptions<E> {
  readonly machine: URL;
  readonly input?: PerStart;
  /** Sent to the machine by `stop()`, which then waits for a final state. @default the actor is stopped where it is */
  readonly stopEvent?: { readonly type: string };
  readonly entry?: never;
}

export type ThreadChildOptions<E> = EntryOptions<E> | MachineOptions<E>;

/**
 * The `start` of a ChildSpec: each call starts one thread and resolves when it has reported that it is up.
 * @throws invalid_request synchronously, without a URL to run or with spare threads of another kind; from `start`:
 * thread_limit, start_failed
 */
export function threadChild<E = unknown>(
  options: ThreadChildOptions<E>,
): (...args: readonly unknown[]) => Promise<ThreadChild> {
  const { name, spares, machine, heartbeatMs = 1000, missed = 5, graceMs = 5000, mailbox = 10_000 } = options;
  demandUrls(name, options);
  if (spares && spares.kind !== kindOf(options))
    throw new SealvisorError('invalid_request', `${name} cannot use spare threads of ${spares.kind}`);
  const heartbeat = { heartbeatMs, missed };
  let incarnation = 0;
  return async (...args) => {
    const mine = ++incarnation;
    const { onEvent, services, readyMs, resourceLimits } = options;
    const thread = await startThread<E>({
      entry: options.machine ? machineEntry() : options.entry,
      data: dataOf(options, args),
      incarnation: mine,
      name,
      onEvent: (event) => onEvent?.(event, mine),
      services: services ?? ((service) => Promise.reject(new Error(`${name} has no service ${service}`))),
      readyMs,
      resourceLimits,
      preload: machine,
      heartbeat,
      spares,
    });
    const isHeldUp = options.isHeldUp ?? never;
    return new RunningThread(thread.link, { name, incarnation: mine, heartbeat, isHeldUp, graceMs, mailbox });
  };
}

const never = () => false;

/** JavaScript callers, or a cast, may pass a path; what it is relative to is unknown. */
function demandUrls<E>(name: string, { entry, machine }: ThreadChildOptions<E>): void {
  const [key, given] = machine === undefined ? ['entry', entry] : ['machine', machine];
  if (given instanceof URL) return;
  const text = `${name} needs a URL as ${key}, not ${typeof given === 'string' ? `'${given}'` : String(given)}`;
  throw new SealvisorError('invalid_request', `${text}: write ${key}: new URL('./file.js', import.meta.url)`);
}

function dataOf<E>(options: ThreadChildOptions<E>, args: readonly unknown[]): unknown {
  // A function cannot be sent to a thread, so it is never the value itself.
  const made = (value: PerStart) => (typeof value === 'function' ? value(...args) : value);
  if (!options.machine) return made(options.data);
  return { machine: options.machine.href, input: made(options.input), stopEvent: options.stopEvent ?? null };
}
