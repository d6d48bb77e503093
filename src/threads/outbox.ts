import type { Pulse } from './pulse.js';

/** The outcome of sending an event. */
export type Delivery =
  /** It is in transit to a living thread. */
  | 'sent'
  /** It is kept for the next incarnation. */
  | 'waiting'
  /** The mailbox is full: nothing was sent. */
  | 'refused'
  /** There is no receiver: it is a dead letter. */
  | 'dead';

/**
 * The events that were sent to one incarnation and that it has not taken yet. The thread counts the events it takes in
 * its pulse, so that after its death it is known exactly which ones it never took.
 */
export class Outbox {
  readonly #pulse: Pick<Pulse, 'taken'>;
  readonly #limit: number;
  #untaken: unknown[] = [];
  #forgotten = 0;

  constructor(pulse: Pick<Pulse, 'taken'>, limit: number) {
    this.#pulse = pulse;
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#untaken.length >= this.#limit && this.untaken >= this.#limit;
  }

  /** How many events the thread has not taken yet. */
  get untaken(): number {
    const done = this.#pulse.taken - this.#forgotten;
    if (done > 0) {
      this.#untaken.splice(0, done);
      this.#forgotten += done;
    }
    return this.#untaken.length;
  }

  add(event: unknown): void {
    this.#untaken.push(event);
    // A check at every event would slow down a fast sender.
    if (this.#untaken.length % 64 === 0) void this.untaken;
  }

  /** Removes and returns the events that were never taken, in order. */
  takeBack(): readonly unknown[] {
    void this.untaken;
    const left = this.#untaken;
    this.#untaken = [];
    this.#forgotten += left.length;
    return left;
  }
}
