import type { GivenBy } from '../src/protocol/identity.js';
import type { Sector } from '../src/protocol/sector.js';
import type { Intent, LastError } from '../src/protocol/thread.js';

/** The durable state of one thread. Written as a whole, with its history row, before anything acts on it. */
export interface ThreadRecord {
  readonly version: 1;
  readonly plan: string;
  readonly state: string;
  readonly sector: Sector | null;
  /** The manager that gave the sector or job, and its request; absent if unknown, as in records of 0.1.0. */
  readonly given?: GivenBy | null;
  /** Outputs of finished stages, by key; opaque to the machine, except `abortReason`, `abortedBy`, `files`, `job`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly isPaused: boolean;
  readonly intent: Intent | null;
  readonly lastError: LastError | null;
  /** Temporary failures in a row of the current stage. */
  readonly tries: number;
  /** The previous sector has ended, and the thread rests until `nextAtMs`. */
  readonly isResting: boolean;
  /** Wall time (ms) of the next try or the end of the rest; null when there is no wait. */
  readonly nextAtMs: number | null;
  /** The delay that `nextAtMs` was computed from, ms: after a restart the wait is never longer, even if the wall clock was changed. */
  readonly waitMs?: number | undefined;
  /** A peer that the stage needs is unreachable: the thread waits for it, and no try is counted. */
  readonly outage?: Outage | undefined;
  /** When the current state or mode was entered, RFC 3339. */
  readonly since: string;
}

export interface Outage {
  /** How many times in a row the peer was unreachable. */
  readonly n: number;
  /** RFC 3339. */
  readonly since: string;
}

/** No wait. */
export const noWait = { nextAtMs: null, waitMs: undefined } as const;

/** A wait of `waitMs` from now, as a record keeps it. */
export function waitFrom(nowMs: number, waitMs: number): Pick<ThreadRecord, 'nextAtMs' | 'waitMs'> {
  return { nextAtMs: nowMs + waitMs, waitMs };
}

export function emptyRecord(plan: string, since: string): ThreadRecord {
  return {
    version: 1,
    plan,
    state: 'Empty',
    sector: null,
    outputs: {},
    isPaused: false,
    intent: null,
    lastError: null,
    tries: 0,
    isResting: false,
    nextAtMs: null,
    since,
  };
}

/** The manager's id of the current job if it is not a sector (plan wdpost), unchanged; else null. */
export function jobIdOf({ sector, outputs }: ThreadRecord): string | null {
  const { job } = outputs;
  if (sector !== null || typeof job !== 'object' || job === null || !('Id' in job)) return null;
  return typeof job.Id === 'string' ? job.Id : null;
}

/** The id of the thread's current sector or job; null = none. */
export function inHand(record: ThreadRecord): string | null {
  return record.sector?.id ?? jobIdOf(record);
}
