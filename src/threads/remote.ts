/** Outside of a thread: a Comlink remote that a death cannot leave hanging. */
import { MessageChannel, type ResourceLimits, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { expose, type Remote, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { answerOf, unpack, type WireAnswer } from './wire-error.js';

export interface ThreadOptions<E> {
  readonly entry: URL;
  readonly data: unknown;
  readonly incarnation: number;
  readonly name: string;
  /** What the thread may call. */
  readonly services: (name: string, args: readonly unknown[]) => Promise<unknown>;
  readonly onEvent: (event: E) => void;
  /** How long the thread may take until it says it is up, ms. @default 30000 */
  readonly readyMs?: number;
  readonly resourceLimits?: ResourceLimits;
}

/** How a thread ended. `said` is the exit code, which alone proves nothing. */
export interface ThreadExit {
  readonly error: unknown;
  readonly said: number;
}

export interface RemoteThread {
  readonly threadId: number;
  /** Resolves once, when the thread is gone. */
  readonly exited: Promise<ThreadExit>;
  /** Calls a verb. @throws thread_gone at once when the thread is or gets gone, deadline_exceeded */
  call<T>(name: string, args: readonly unknown[], deadlineMs: number): Promise<T>;
  terminate(): void;
}

type Said<E> = { readonly type: 'ready' } | { readonly type: 'events'; readonly events: readonly E[] };

interface Door {
  call(name: string, args: readonly unknown[]): Promise<WireAnswer<unknown>>;
}

/** Starts a thread and resolves when it has said it is up. @throws start_failed with the thread's own reason as cause */
export async function startThread<E>(options: ThreadOptions<E>): Promise<RemoteThread> {
  const events = new MessageChannel();
  const services = new MessageChannel();
  const worker = new Worker(options.entry, {
    name: options.name,
    workerData: {
      data: options.data,
      incarnation: options.incarnation,
      events: events.port2,
      services: services.port2,
    },
    transferList: [events.port2, services.port2],
    ...(options.resourceLimits ? { resourceLimits: options.resourceLimits } : {}),
  });
  // Both listeners stand before anything is awaited: `error` and `exit` may fire before a continuation runs.
  const pending = new Set<(reason: Error) => void>();
  let failure: unknown;
  let gone: SealvisorError | undefined;
  worker.on('error', (error) => {
    failure ??= error;
  });
  let sayReady: () => void = () => undefined;
  const hear = (message: Said<E>) => {
    if (message.type === 'ready') sayReady();
    else for (const event of message.events) options.onEvent(event);
  };
  events.port1.on('message', hear);
  const exited = new Promise<ThreadExit>((resolve) => {
    worker.once('exit', (said) => {
      gone = new SealvisorError('thread_gone', goneText(options.name, failure), { cause: failure });
      for (const reject of pending) reject(gone);
      pending.clear();
      // What was posted before the end is in the port, whether the loop has come to it or not.
      for (;;) {
        const left = receiveMessageOnPort(events.port1);
        if (!left) break;
        hear(left.message);
      }
      events.port1.close();
      services.port1.close();
      resolve({ error: failure, said });
    });
  });
  expose(
    { call: (name: string, args: readonly unknown[]) => answerOf(() => options.services(name, args)) },
    nodeEndpoint(services.port1),
  );
  const door: Remote<Door> = wrap<Door>(nodeEndpoint(worker));
  const settle = <T>(
    send: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void,
    ms: number,
    what: string,
  ) =>
    new Promise<T>((resolve, reject) => {
      if (gone) {
        reject(gone);
        return;
      }
      const late = () =>
        reject(new SealvisorError('deadline_exceeded', `${options.name} did not ${what} within ${ms} ms`));
      const timer = setTimeout(late, ms);
      const done = () => {
        clearTimeout(timer);
        pending.delete(fail);
      };
      const fail = (reason: unknown) => {
        done();
        reject(reason);
      };
      pending.add(fail);
      send((value) => {
        done();
        resolve(value);
      }, fail);
    });
  const up = settle<void>(
    (resolve) => {
      sayReady = resolve;
    },
    options.readyMs ?? 30_000,
    'come up',
  );
  try {
    await up;
  } catch (cause) {
    await worker.terminate();
    throw new SealvisorError(
      'start_failed',
      `${options.name} did not start: ${messageOf(failure ?? cause)}`,
      {
        cause: failure ?? cause,
      },
    );
  }
  return {
    threadId: worker.threadId,
    exited,
    call: async <T>(name: string, args: readonly unknown[], deadlineMs: number) =>
      unpack(
        await settle<WireAnswer<T>>(
          (resolve, reject) => {
            // The thread's host answers with what the verb's own type promises.
            (door.call(name, args) as Promise<WireAnswer<T>>).then(resolve, reject);
          },
          deadlineMs,
          `answer ${name}`,
        ),
      ),
    terminate: () => void worker.terminate(),
  };
}

function goneText(name: string, failure: unknown): string {
  return failure === undefined ? `${name} is gone` : `${name} is gone: ${messageOf(failure)}`;
}
