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

export interface Reach {
  /** `manager`: its id, as its answer says; null where it says nothing of it. */
  answered(status: number, manager: string | null): void;
  failed(fault: string): void;
  state(): ReachState;
  /** The id that it gave last; null where it gives none, or has not answered yet. */
  manager(): string | null;
}

/** Between two lines that it does not answer, ms. */
const betweenMs = 60_000;

export function reach(url: string, emit: Emit, now: () => number = Date.now): Reach {
  let isUp: boolean | null = null;
  let sinceMs: number | null = null;
  let last: { readonly ms: number; readonly status: number } | null = null;
  let why: string | null = null;
  let id: string | null = null;
  /** One that fails now and then is not said each time. */
  let saidMs = Number.NEGATIVE_INFINITY;
  let isSaid = false;
  /** Whether it did. */
  const change = (to: boolean): boolean => {
    if (isUp === to) return false;
    isUp = to;
    sinceMs = now();
    return true;
  };
  return {
    answered: (status, manager) => {
      const before = sinceMs;
      last = { ms: now(), status };
      id = manager;
      why = null;
      if (!change(true) || !isSaid) return;
      isSaid = false;
      emit({ event: 'upstream.returned', url, silentMs: now() - (before ?? now()) });
    },
    failed: (fault) => {
      why = fault;
      change(false);
      const quietMs = now() - saidMs;
      // Below zero: the clock was set back.
      if (isSaid || (quietMs >= 0 && quietMs < betweenMs)) return;
      isSaid = true;
      saidMs = now();
      emit({ event: 'upstream.silent', reason: fault });
    },
    state: () => ({
      url,
      isUp,
      since: sinceMs === null ? null : timestamp(sinceMs),
      lastAnswer: last && { at: timestamp(last.ms), status: last.status },
      fault: why,
    }),
    manager: () => id,
  };
}
