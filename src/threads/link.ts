/** The owner's side of one worker_thread: its ports, its calls, and its end. */
import {
  MessageChannel,
  type MessagePort,
  type ResourceLimits,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { expose, type Remote, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { admitThread } from './admission.js';
import { withHanded } from './hand-over.js';
import { limitsForV8, watchHeap } from './heap-watch.js';
import { keepLoopsInterruptible } from './interruptible.js';
import { PendingCalls } from './pending-calls.js';
import { Pulse } from './pulse.js';
import type { BootData, Given, Said, Told } from './wire.js';
import { answerOf, unpack, type WireAnswer } from './wire-error.js';

export interface BootOptions {
  readonly entry: URL;
  readonly name: string;
  /** Left out for a spare thread, which receives its data later. */
  readonly given?: Given | undefined;
  readonly preload?: URL | undefined;
  readonly resourceLimits?: ResourceLimits | undefined;
}

/** How a thread ended. `said` is the exit code, which alone proves nothing. */
export interface ThreadExit {
  readonly error: unknown;
  readonly said: number;
  /** Whether the thread reported that its work was done. */
  readonly isDone: boolean;
}

/** Receives the thread's events and serves its calls; a spare thread gets its owner when it is taken. */
export interface Owner {
  readonly name: string;
  readonly onEvent: (event: unknown) => void;
  readonly services: (name: string, args: readonly unknown[]) => Promise<unknown>;
}

interface Door {
  call(name: string, args: readonly unknown[]): Promise<WireAnswer<unknown>>;
}

export class ThreadLink {
  readonly pulse = new Pulse();
  /** Resolves once, when the thread is gone and everything it sent has been received. */
  readonly exited: Promise<ThreadExit>;
  readonly #calls = new PendingCalls();
  readonly #worker: Worker;
  readonly #door: Remote<Door>;
  #owner: Owner;
  #failure: unknown;
  #isGone = false;
  #isDone = false;
  #takesEvents = false;
  #stops = false;
  #lateMessages = 0;
  #steps: { readonly [step in 'booted' | 'ready']: () => void } | undefined;

  /** @throws thread_limit, start_failed */
  constructor({ entry, name, given, preload, resourceLimits }: BootOptions, owner?: Owner) {
    this.#owner = owner ?? { name, onEvent: () => undefined, services: noServices };
    const release = admitThread(name);
    keepLoopsInterruptible();
    const events = new MessageChannel();
    const services = new MessageChannel();
    const workerData: BootData = {
      events: events.port2,
      services: services.port2,
      pulse: this.pulse.buffer,
      preload: preload?.href ?? null,
      given: given ?? null,
    };
    try {
      const transferList = [events.port2, services.port2];
      this.#worker = new Worker(entry, {
        name,
        workerData,
        transferList,
        ...(resourceLimits && { resourceLimits: limitsForV8(resourceLimits) }),
      });
    } catch (cause) {
      release();
      for (const { port1 } of [events, services]) port1.close();
      throw startFailed(name, cause);
    }
    // All listeners are registered before anything is awaited: `error` and `exit` may fire before a continuation runs.
    this.#worker.on('error', (error) => {
      this.#failure ??= error;
    });
    const limitMiB = resourceLimits?.maxOldGenerationSizeMb;
    const unwatch = watchHeap(this.#worker, this.pulse, limitMiB, ({ usedMiB, limitMiB: most }) => {
      this.#failure ??= outOfMemory(this.#owner.name, `used ${usedMiB} MiB of its ${most} MiB of heap`);
      this.terminate();
    });
    this.exited = new Promise((resolve) => {
      this.#worker.once('exit', (said) => {
        unwatch();
        release();
        this.#end(events.port1, services.port1);
        resolve({ error: this.#failure, said, isDone: this.#isDone });
      });
    });
    events.port1.on('message', this.#hear);
    const serve = async (service: string, args: readonly unknown[]) => {
      // Events that were sent before the call, through another port, are handled first.
      hearLeft(events.port1);
      const answer = await answerOf(() => this.#owner.services(service, args));
      return withHanded(answer, answer.ok ? [answer.value] : []);
    };
    expose({ call: serve }, nodeEndpoint(services.port1));
    this.#door = wrap<Door>(nodeEndpoint(this.#worker));
  }

  /** -1 once it is gone. */
  get threadId(): number {
    return this.#worker.threadId;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether the thread takes events. */
  get takesEvents(): boolean {
    return this.#takesEvents;
  }

  /** Whether the thread offers `stop`. */
  get stops(): boolean {
    return this.#stops;
  }

  get pendingCalls(): number {
    return this.#calls.size;
  }

  /** Messages that arrived after the end; they were dropped. */
  get lateMessages(): number {
    return this.#lateMessages;
  }

  /** Gives a spare thread its data and its owner. */
  give(given: Given, owner: Owner): void {
    this.#owner = owner;
    this.#tell({ type: 'sealvisor.give', given });
  }

  /**
   * Resolves when the thread has reported this step. @throws start_failed with the thread's own error as cause; it is
   * gone then
   */
  async until(step: 'booted' | 'ready', deadlineMs: number): Promise<void> {
    const { name } = this.#owner;
    try {
      await this.#calls.wait<void>(
        (resolve) => {
          this.#steps = { booted: () => undefined, ready: () => undefined, [step]: resolve };
        },
        deadlineMs,
        () => `${name} did not come up within ${deadlineMs} ms`,
      );
    } catch (cause) {
      this.terminate();
      await this.exited;
      throw startFailed(name, this.#failure ?? cause);
    }
  }

  /** Calls a verb. @throws thread_gone at once when the thread has ended or ends, deadline_exceeded */
  async call<T>(verb: string, args: readonly unknown[], deadlineMs: number): Promise<T> {
    const answer = await this.#calls.wait<WireAnswer<T>>(
      (resolve, reject) => {
        // The thread's host answers with what the verb's own type promises.
        (this.#door.call(verb, args) as Promise<WireAnswer<T>>).then(resolve, reject);
      },
      deadlineMs,
      () => `${this.#owner.name} did not answer ${verb} within ${deadlineMs} ms`,
    );
    return unpack(answer);
  }

  /** Sends an event to the thread. @throws DataCloneError when it cannot be cloned */
  post(event: unknown): void {
    this.#tell({ type: 'sealvisor.event', event });
  }

  terminate(): void {
    void this.#worker.terminate();
  }

  #tell(told: Told): void {
    this.#worker.postMessage(told);
  }

  readonly #hear = (said: Said<unknown>): void => {
    if (this.#isGone) this.#lateMessages += 1;
    else if (said.type === 'events') for (const event of said.events) this.#owner.onEvent(event);
    else if (said.type === 'done') this.#isDone = true;
    else {
      if (said.type === 'ready') {
        this.#takesEvents = said.takesEvents;
        this.#stops = said.stops;
      }
      this.#steps?.[said.type]();
    }
  };

  #end(events: MessagePort, services: MessagePort): void {
    const { name } = this.#owner;
    const failure = this.#failure;
    const text = failure === undefined ? `${name} is gone` : `${name} is gone: ${messageOf(failure)}`;
    this.#calls.rejectAll(new SealvisorError('thread_gone', text, { cause: failure }));
    // Messages posted before the end are in the ports, even if the loop has not delivered them yet.
    for (const port of [events, services]) {
      hearLeft(port);
      port.close();
    }
    this.#isGone = true;
  }
}

/** Handles messages that are in the port but not delivered yet. */
function hearLeft(port: MessagePort): void {
  for (let left = receiveMessageOnPort(port); left; left = receiveMessageOnPort(port))
    port.emit('message', left.message);
}

/** The error of a thread that filled its heap; `cause` if V8 noticed first. */
export function outOfMemory(name: string, what: string, cause?: unknown): SealvisorError {
  const advice = 'was ended: raise its resourceLimits or let it keep less';
  return new SealvisorError('thread_out_of_memory', `${name} ${what} and ${advice}`, { cause });
}

function startFailed(name: string, cause: unknown): SealvisorError {
  return new SealvisorError('start_failed', `${name} did not start: ${messageOf(cause)}`, { cause });
}

function noServices(name: string): Promise<never> {
  return Promise.reject(new Error(`nobody offers the service ${name}`));
}
