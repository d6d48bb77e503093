/** Reaches a child of a supervisor, whichever incarnation of it is alive. */
import type { ChildInfo, Supervisor } from '../actors/index.js';
import { oncePerTurn } from '../actors/once-per-turn.js';
import { SealvisorError } from '../protocol/errors.js';
import type { ThreadChild } from './incarnation.js';
import type { Delivery } from './outbox.js';

export interface AddressOptions {
  /** How many events are kept while the child restarts; further ones are refused. @default 10000 */
  readonly mailbox?: number;
}

export interface AddressStats {
  /** Events kept for the next incarnation. */
  readonly waiting: number;
  /** Events for a child that is not restarted, including kept ones; a living child counts its own. */
  readonly deadLetters: number;
  readonly refused: number;
}

type Reachable = Pick<
  ThreadChild,
  'send' | 'forward' | 'call' | 'takeBack' | 'isGone' | 'incarnation' | 'threadId'
>;

/**
 * The address of one child. Events sent through it arrive in order, each at one incarnation only: events that a dead
 * one never took are sent to the next. Only the event that it was processing when it died is lost.
 */
export class ThreadAddress {
  readonly id: string;
  readonly #supervisor: Supervisor;
  readonly #limit: number;
  readonly #unsubscribe: () => void;
  #child: Reachable | undefined;
  #waiting: unknown[] = [];
  #isDead = false;
  #isClosed = false;
  /** The supervisor emits events in the middle of its work: the result is known one turn later. */
  readonly #lookSoon = oncePerTurn(() => {
    if (!this.#isClosed) this.#look();
  });
  #deadLetters = 0;
  #refused = 0;

  /** `id` is that of a present or future child of `supervisor`. @throws noproc */
  constructor(supervisor: Supervisor, id: string, { mailbox = 10_000 }: AddressOptions = {}) {
    this.#supervisor = supervisor;
    this.id = id;
    this.#limit = mailbox;
    this.#unsubscribe = supervisor.subscribe((event) => {
      if (event.kind === 'supervisor.exited') this.close();
      else if (event.kind === 'child.started' && event.id === id) this.#look();
      else if (!this.#child || event.id === id) this.#lookSoon();
    });
    this.#look();
  }

  /** The living incarnation, if there is one. */
  get child(): Reachable | undefined {
    return this.#child;
  }

  /** @throws DataCloneError when the event cannot be cloned */
  send(event: unknown): Delivery {
    if (this.#child?.isGone) this.#leave();
    if (this.#child) return this.#child.send(event);
    if (this.#isDead) {
      this.#deadLetters += 1;
      return 'dead';
    }
    if (this.#waiting.length >= this.#limit) {
      this.#refused += 1;
      return 'refused';
    }
    // Cloned now, as an event that is sent at once is.
    this.#waiting.push(structuredClone(event));
    this.#lookSoon();
    return 'waiting';
  }

  /** Calls a verb of the living incarnation. @throws thread_gone at once when there is none, deadline_exceeded */
  call<T>(verb: string, args: readonly unknown[], deadlineMs: number): Promise<T> {
    if (this.#child) return this.#child.call<T>(verb, args, deadlineMs);
    const why = this.#isDead ? 'does not run' : 'is being started again: try once more in a moment';
    return Promise.reject(new SealvisorError('thread_gone', `${this.id} ${why}`));
  }

  stats(): AddressStats {
    return { waiting: this.#waiting.length, deadLetters: this.#deadLetters, refused: this.#refused };
  }

  /** Closes the address: kept events become dead letters. Safe twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#leave();
    this.#bury();
  }

  #look(): void {
    const children = this.#supervisor.whichChildren();
    const child = children.find(({ id }) => id === this.id)?.child;
    if (child !== this.#child) this.#leave();
    if (isReachable(child)) {
      this.#isDead = false;
      // It is gone, but its supervisor does not know yet: the next event says what follows.
      if (child.isGone) return;
      this.#child = child;
      child.forward(this.#waiting.splice(0));
      return;
    }
    // A sibling in a group that restarts is down for a while, then restarted.
    if (children.some(isRestarting)) this.#isDead = false;
    else this.#bury();
  }

  /** The child is dead or replaced: events that it never took go before the kept ones. */
  #leave(): void {
    if (!this.#child) return;
    this.#waiting = [...this.#child.takeBack(), ...this.#waiting];
    this.#child = undefined;
  }

  #bury(): void {
    this.#isDead = true;
    this.#deadLetters += this.#waiting.length;
    this.#waiting = [];
  }
}

function isRestarting({ child }: ChildInfo): boolean {
  return child === 'restarting';
}

function isReachable(child: unknown): child is Reachable {
  return typeof child === 'object' && child !== null && 'send' in child && 'takeBack' in child;
}
