import type { CheckedChildSpec } from './checked-spec.js';
import { killChild } from './kill-child.js';
import { SupervisorError, shown } from './refusal.js';
import type { Child } from './spec.js';

export type Started =
  | { readonly kind: 'up'; readonly child: Child }
  | { readonly kind: 'ignored' | 'abandoned' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Calls `start`. A synchronous result or throw is returned synchronously, without a promise: there may be very many. */
export function callStart({ start }: CheckedChildSpec, args: readonly unknown[]): Started | Promise<Started> {
  try {
    const result: unknown = start(...args);
    return isThenable(result) ? Promise.resolve(result).then(read, failed) : read(result);
  } catch (error) {
    return failed(error);
  }
}

/** An asynchronous start: its outcome as a value. `start` itself may never settle, so callers wait only for the outcome. */
export class StartAttempt {
  readonly #outcome = Promise.withResolvers<Started>();
  readonly outcome = this.#outcome.promise;
  readonly #result: Promise<Started>;
  #over: Promise<void> | undefined;
  #isAbandoned = false;

  /** `start` is called once `after` has settled. */
  constructor(start: () => Started | Promise<Started>, after?: Promise<void>) {
    this.#result = this.#start(start, after);
    void this.#result.then(this.#outcome.resolve);
  }

  /** True also when the child came up but had not been taken over yet. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /**
   * Abandons the start: the outcome is `abandoned` now, and a child that comes up anyway is killed at once.
   * Resolves when nothing of this start can be alive any more, which may be never.
   */
  abandon(): Promise<void> {
    this.#isAbandoned = true;
    this.#outcome.resolve({ kind: 'abandoned' });
    this.#over ??= this.#killLate();
    return this.#over;
  }

  async #killLate(): Promise<void> {
    const started = await this.#result;
    if (started.kind !== 'up') return;
    killChild(started.child);
    await Promise.resolve(started.child.exited).catch(() => undefined);
  }

  async #start(start: () => Started | Promise<Started>, after: Promise<void> | undefined): Promise<Started> {
    if (after !== undefined) await after;
    return this.#isAbandoned ? { kind: 'abandoned' } : start();
  }
}

function read(result: unknown): Started {
  if (result === 'ignore') return { kind: 'ignored' };
  if (isChild(result)) return { kind: 'up', child: result };
  const message = `start gave ${shown(result)}: give { exited, stop, kill } or 'ignore'`;
  return { kind: 'failed', error: new SupervisorError('bad_return', message, result) };
}

function failed(error: unknown): Started {
  return { kind: 'failed', error };
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isChild(value: unknown): value is Child {
  if (typeof value !== 'object' && typeof value !== 'function') return false;
  if (value === null || !('exited' in value && 'stop' in value && 'kill' in value)) return false;
  const { exited, stop, kill } = value;
  const isPromise = typeof exited === 'object' && exited !== null && 'then' in exited;
  return isPromise && typeof stop === 'function' && typeof kill === 'function';
}
