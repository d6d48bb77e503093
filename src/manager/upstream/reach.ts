/** Whether the manager behind this one answers: by the last call that was passed on. */
import { timestamp } from '../../protocol/clock.js';
import type { Emit } from '../../protocol/events/table.js';

export interface ReachState {
  readonly url: string;
  /** null = nothing was passed on yet. */
  readonly isUp: boolean | null;
  /** When that last changed. */
  readonly since: string | null;
  /** The last answer. */
  readonly lastAnswer: { readonly at: string; readonly status: number } | null;
  /** Why it does not answer; null while it does. */
  readonly fault: string | null;
}

/** Between two lines that it does not answer, ms. */
const betweenMs = 60_000;

export class Reach {
  #isUp: boolean | null = null;
  #sinceMs: number | null = null;
  #last: { readonly ms: number; readonly status: number } | null = null;
  #why: string | null = null;
  #id: string | null = null;
  /** One that fails now and then is not said each time. */
  #saidMs = Number.NEGATIVE_INFINITY;
  #isSaid = false;

  constructor(
    private readonly url: string,
    private readonly emit: Emit,
    private readonly now: () => number = Date.now,
  ) {}

  /** `manager`: its id, as its answer says; null where it says nothing of it. */
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
    // Below zero: the clock was set back.
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

  /** The id that it gave last; null where it gives none, or has not answered yet. */
  manager(): string | null {
    return this.#id;
  }

  /** Whether it did. */
  #changed(to: boolean): boolean {
    if (this.#isUp === to) return false;
    this.#isUp = to;
    this.#sinceMs = this.now();
    return true;
  }
}
