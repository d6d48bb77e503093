import type { GivenBy } from '../src/protocol/identity.js';
import type { Sector } from '../src/protocol/sector.js';
import type { Intent, LastError } from '../src/protocol/thread.js';

/** The durable truth of one thread. Written whole, with its history row, before anything is acted on. */
export interface ThreadRecord {
  readonly version: 1;
  readonly plan: string;
  readonly state: string;
  readonly sector: Sector | null;
  /** Who gave the sector or job, and under which request; left out where the manager names none, as 0.1.0 did. */
  readonly given?: GivenBy | null;
  /** What finished stages gave, by output key; opaque to the machine, except for the `abortReason` it leaves for the report. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly isPaused: boolean;
  readonly intent: Intent | null;
  readonly lastError: LastError | null;
  /** Temporary failures in a row of the present stage. */
  readonly tries: number;
  /** The sector before is done with, and the thread rests until `nextAtMs`. */
  readonly isResting: boolean;
  /** Wall time (ms) of the next try, or of the end of the rest; null when nothing is waited for. */
  readonly nextAtMs: number | null;
  /** The delay that `nextAtMs` was made from, ms: over a restart a wait is never longer, whatever the wall clock says. */
  readonly waitMs?: number | undefined;
  /** A side that the stage needs cannot be reached: it is waited out, and no try is counted. */
  readonly outage?: Outage | undefined;
  /** When the present state or mode was entered, RFC 3339. */
  readonly since: string;
}

export interface Outage {
  /** How many times in a row nobody answered. */
  readonly n: number;
  /** RFC 3339. */
  readonly since: string;
}

/** Nothing is waited for. */
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

/** The manager's name for the current job, where that is no sector (plan wdpost): kept as it was given. */
export function jobIdOf({ sector, outputs }: ThreadRecord): string | null {
  const { job } = outputs;
  if (sector !== null || typeof job !== 'object' || job === null || !('Id' in job)) return null;
  return typeof job.Id === 'string' ? job.Id : null;
}

/** The thread's current sector, or its current job by name; null = nothing. */
export function inHand(record: ThreadRecord): string | null {
  return record.sector?.id ?? jobIdOf(record);
}
