import type { Exit } from '../actors/index.js';
import { systemCodeOf } from '../protocol/errors.js';
import { exitOf } from './exit-of.js';
import { type Heartbeat, watchHeartbeat } from './heartbeat.js';
import type { ThreadChild, ThreadStats } from './incarnation.js';
import type { ThreadLink } from './link.js';
import { type Delivery, Outbox } from './outbox.js';

interface Running {
  readonly name: string;
  readonly incarnation: number;
  readonly heartbeat: Heartbeat;
  readonly isHeldUp: () => boolean;
  readonly graceMs: number;
  readonly mailbox: number;
}

/** A running thread as a child: its heartbeat is watched until it is asked to end, and it ends with one exit record. */
export class RunningThread implements ThreadChild {
  readonly exited: Promise<Exit>;
  readonly threadId: number;
  readonly incarnation: number;
  readonly #link: ThreadLink;
  readonly #outbox: Outbox;
  readonly #graceMs: number;
  readonly #unwatch: () => void;
  #asked: 'shutdown' | 'killed' | undefined;
  #hungMs: number | undefined;
  #stopError: unknown;
  #stopping: Promise<void> | undefined;
  #undelivered = 0;
  #refused = 0;

  constructor(link: ThreadLink, { name, incarnation, heartbeat, isHeldUp, graceMs, mailbox }: Running) {
    this.#link = link;
    this.threadId = link.threadId;
    this.incarnation = incarnation;
    this.#graceMs = graceMs;
    this.#outbox = new Outbox(link.pulse, mailbox);
    const onHung = (ageMs: number) => {
      this.#hungMs = ageMs;
      link.terminate();
    };
    const isHeld = () => isHeldUp() || this.isInDiskSleep;
    this.#unwatch = watchHeartbeat(link.pulse, heartbeat, onHung, isHeld);
    this.exited = link.exited.then((end) => {
      this.#unwatch();
      const intent = { asked: this.#asked, hungMs: this.#hungMs, stopError: this.#stopError };
      return exitOf(name, end, intent);
    });
  }

  get isGone(): boolean {
    return this.#link.isGone;
  }

  get isInDiskSleep(): boolean {
    return !this.#link.isGone && this.#link.pulse.isInDiskSleep;
  }

  call<T>(verb: string, args: readonly unknown[], deadlineMs: number): Promise<T> {
    return this.#link.call<T>(verb, args, deadlineMs);
  }

  send(event: unknown): Delivery {
    if (this.#outbox.isFull && !this.#link.isGone) {
      this.#refused += 1;
      return 'refused';
    }
    return this.#post(event);
  }

  forward(events: readonly unknown[]): void {
    for (const event of events) this.#post(event);
  }

  takeBack(): readonly unknown[] {
    return this.#link.isGone ? this.#outbox.takeBack() : [];
  }

  stats(): ThreadStats {
    const { pulse, pendingCalls, lateMessages, isGone } = this.#link;
    const { untaken } = this.#outbox;
    return {
      heartbeatAgeMs: Math.max(0, pulse.ageMs),
      heapBytes: pulse.heapBytes,
      pendingCalls,
      untaken: isGone ? 0 : untaken,
      deadLetters: this.#undelivered + (isGone ? untaken : 0),
      refused: this.#refused,
      lateMessages,
    };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  kill(): void {
    if (this.#link.isGone) return;
    this.#asked = 'killed';
    this.#link.terminate();
  }

  #post(event: unknown): Delivery {
    if (this.#link.isGone || !this.#link.takesEvents) {
      this.#undelivered += 1;
      return 'dead';
    }
    this.#link.post(event);
    this.#outbox.add(event);
    return 'sent';
  }

  async #stop(): Promise<void> {
    if (!this.#link.isGone && this.#asked === undefined) {
      this.#asked = 'shutdown';
      // From now on the grace is its deadline.
      this.#unwatch();
      if (this.#link.stops) await this.#askToStop();
      this.#link.terminate();
    }
    await this.exited;
  }

  async #askToStop(): Promise<void> {
    try {
      await this.#link.call('stop', [], this.#graceMs);
    } catch (error) {
      const code = systemCodeOf(error);
      // It was asked to go, so gone is fine; a thread that exceeds its grace is terminated.
      if (code === 'thread_gone') return;
      if (code === 'deadline_exceeded') this.#asked = 'killed';
      else this.#stopError = error;
    }
  }
}
