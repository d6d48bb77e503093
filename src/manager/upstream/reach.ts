/** Whether the manager behind this one answers, judged by the last call that was passed on. */
import { timestamp } from '../../protocol/clock.js';
import type { Emit } from '../../protocol/events/table.js';

export interface ReachState {
  readonly url: string;
  /** null = no call was passed on yet. */
  readonly isUp: boolean | null;
  /** When `isUp` last changed. */
  readonly since: string | null;
  /** The last answer. */
  readonly lastAnswer: { readonly at: string; readonly status: number } | null;
  /** Why it does not answer; null while it does. */
  readonly fault: string | null;
}

/** Least time between two `upstream.silent` events, ms. */
const betweenMs = 60_000;

export class Reach {
  #isUp: boolean | null = null;
  #sinceMs: number | null = null;
  #last: { readonly ms: number; readonly status: number } | null = null;
  #why: string | null = null;
  #id: string | null = null;
  /** When `upstream.silent` was last emitted, so that occasional failures are not logged each time. */
  #saidMs = Number.NEGATIVE_INFINITY;
  #isSaid = false;

  constructor(
    private readonly url: string,
    private readonly emit: Emit,
    private readonly now: () => number = Date.now,
  ) {}

  /** `manager`: the id in its answer; null if there is none. */
  answered(status: number, manager: string | null): void {
    const { url, now } = this;
    const before = this.#sinceMs;
    this.#last = { ms: now(), status };
    this.#id = manager;
    this.#why = null;
    if (!this.#changed(true) || !this.#isSaid) return;
    this.#isSaid = false;
    this.emit({ event: 'upstream.returned', url, silentMs: now() - (before ?? now()) });
  }

  failed(fault: string): void {
    this.#why = fault;
    this.#changed(false);
    const quietMs = this.now() - this.#saidMs;
    // Negative if the clock was set back.
    if (this.#isSaid || (quietMs >= 0 && quietMs < betweenMs)) return;
    this.#isSaid = true;
    this.#saidMs = this.now();
    this.emit({ event: 'upstream.silent', reason: fault });
  }

  state(): ReachState {
    const last = this.#last;
    return {
      url: this.url,
      isUp: this.#isUp,
      since: this.#sinceMs === null ? null : timestamp(this.#sinceMs),
      lastAnswer: last && { at: timestamp(last.ms), status: last.status },
      fault: this.#why,
    };
  }

  /** The id in its last answer; null if that had none, or it has not answered yet. */
  manager(): string | null {
    return this.#id;
  }

  /** Sets `isUp`; returns whether it changed. */
  #changed(to: boolean): boolean {
    if (this.#isUp === to) return false;
    this.#isUp = to;
    this.#sinceMs = this.now();
    return true;
  }
}
