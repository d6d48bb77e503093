/** How the end of a stage changes a record, and the history row for it. Pure: values in, values out. */
import type { ErrorLevel } from '../src/protocol/level.js';
import type { Row } from '../src/protocol/thread.js';
import { givesUp, retriesAfter } from './gives-up.js';
import type { Plan } from './plan.js';
import { planState } from './plan.js';
import { outagePolicy, type RetryPolicy, retryDelayMs } from './retry.js';
import { emptyRecord, inHand, noWait, type ThreadRecord, waitFrom } from './thread-record.js';

export interface Change {
  readonly record: ThreadRecord;
  readonly row: Row;
}

/** `row` null: nothing worth a row, so the record is not written either. */
export interface Failed {
  readonly record: ThreadRecord;
  readonly row: Row | null;
}

/** The result of a stage: the plan's event, outputs to keep, and for Allocate the sector. */
export interface StageOutcome {
  readonly event: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly sector?: ThreadRecord['sector'];
  /** Why there was nothing to do, if known (event `Idle`). */
  readonly reason?: string;
  /** Also for Allocate: the manager that gave the sector, and its request. */
  readonly given?: ThreadRecord['given'];
}

export interface StageFailure {
  readonly level: ErrorLevel;
  readonly message: string;
  /** The peer could not be reached at all (docs/spec.md#failures). */
  readonly isUnreachable?: boolean;
  /** The chain rejected a message that the sector needs. */
  readonly isRejected?: boolean;
}

/** Who decided that a sector is aborted; this decides whether its stored files are removed. */
export type AbortedBy = 'operator' | 'manager' | 'finalized' | 'rejected' | 'stage';

export const iso = (ms: number) => new Date(ms).toISOString();

export function rowOf(record: ThreadRecord, nowMs: number, facts: Partial<Row> & Pick<Row, 'kind'>): Row {
  return {
    at: iso(nowMs),
    sector: inHand(record),
    from: record.state,
    to: record.state,
    event: null,
    stage: null,
    durationMs: null,
    level: null,
    message: null,
    by: null,
    reason: null,
    command: null,
    ...facts,
  };
}

/** A stage is done: the sector is in its next state; a pending pause takes effect. */
export function advance(
  plan: Plan,
  record: ThreadRecord,
  to: string,
  outcome: StageOutcome,
  nowMs: number,
  workedMs: number,
): Change {
  const next: ThreadRecord = {
    ...record,
    state: to,
    sector: outcome.sector ?? record.sector,
    outputs: { ...record.outputs, ...outcome.outputs },
    ...(outcome.given ? { given: outcome.given } : {}),
    // A temporary failure is over once its stage succeeds.
    lastError: record.lastError?.level === 'temporary' ? null : record.lastError,
    isPaused: record.intent !== null,
    isResting: false,
    tries: 0,
    ...noWait,
    outage: undefined,
    since: iso(nowMs),
  };
  const row = rowOf(next, nowMs, {
    kind: 'transition',
    from: record.state,
    to,
    event: outcome.event,
    stage: planState(plan, record.state)?.stage ?? null,
    durationMs: Math.round(Math.max(0, workedMs)),
  });
  return { record: next, row };
}

/** The sector has ended; the thread rests before it requests the next. */
export function release(record: ThreadRecord, nowMs: number, restMs: number): Change {
  const next: ThreadRecord = {
    ...emptyRecord(record.plan, iso(nowMs)),
    isPaused: record.intent !== null,
    intent: record.intent,
    isResting: true,
    ...waitFrom(nowMs, restMs),
  };
  const row = rowOf(record, nowMs, { kind: 'transition', to: 'Empty', event: 'Released' });
  return { record: next, row };
}

/** A stage that had failed temporarily finds nothing to do: it has recovered. */
export function recover(plan: Plan, record: ThreadRecord, nowMs: number): Change {
  const next: ThreadRecord = {
    ...record,
    lastError: record.lastError?.level === 'temporary' ? null : record.lastError,
    tries: 0,
    ...noWait,
    outage: undefined,
    since: iso(nowMs),
  };
  const stage = planState(plan, record.state)?.stage ?? null;
  return { record: next, row: rowOf(record, nowMs, { kind: 'lifecycle', stage, event: 'Recovered' }) };
}

/** A stage failed: wait and try again, pause, or abort the sector (docs/spec.md#failures). */
export function fail(
  plan: Plan,
  record: ThreadRecord,
  failure: StageFailure,
  how: {
    readonly policy: RetryPolicy;
    readonly random: number;
    /** It was a probe for a breaker, not requested by an operator: after a failure it is queued again instead of paused. */
    readonly isProbe: boolean;
  },
  nowMs: number,
): Failed {
  const stage = planState(plan, record.state)?.stage ?? '-';
  if (failure.isUnreachable && failure.level === 'temporary')
    return waitOut(record, failure, stage, how, nowMs);
  const retries = retriesAfter(record, failure, how.policy);
  const by = failure.isRejected ? 'rejected' : 'stage';
  if (givesUp(plan, record, failure, how.policy))
    return lose(plan, record, { reason: failure.message, by }, nowMs);
  const level: ErrorLevel = retries || failure.level === 'critical' ? failure.level : 'permanent';
  const at = iso(nowMs);
  const lastError = { level, message: failure.message, stage, at };
  const facts = { stage, level, message: failure.message };
  if (retries) {
    const n = record.tries + 1;
    const isPaused = record.intent !== null;
    const next = {
      ...record,
      lastError,
      tries: n,
      isPaused,
      ...(isPaused ? noWait : waitFrom(nowMs, retryDelayMs(how.policy, n, how.random))),
      outage: undefined,
      since: at,
    };
    return { record: next, row: rowOf(record, nowMs, { kind: 'try', ...facts }) };
  }
  const next = {
    ...record,
    lastError,
    tries: 0,
    ...noWait,
    outage: undefined,
    isPaused: !how.isProbe || record.intent !== null,
    since: at,
  };
  return { record: next, row: rowOf(record, nowMs, { kind: 'error', ...facts }) };
}

/** The peer is unreachable: the stage is repeated until it answers, however long that takes (docs/spec.md#failures). */
function waitOut(
  record: ThreadRecord,
  { message }: StageFailure,
  stage: string,
  how: { readonly policy: RetryPolicy; readonly random: number },
  nowMs: number,
): Failed {
  const at = iso(nowMs);
  const outage = { n: (record.outage?.n ?? 0) + 1, since: record.outage?.since ?? at };
  const isPaused = record.intent !== null;
  const next: ThreadRecord = {
    ...record,
    lastError: { level: 'temporary', message, stage, at },
    isPaused,
    ...(isPaused ? noWait : waitFrom(nowMs, retryDelayMs(outagePolicy(how.policy), outage.n, how.random))),
    outage: isPaused ? undefined : outage,
    since: at,
  };
  // A long outage is one row, not thousands.
  const isNews = isPaused || record.outage === undefined || record.lastError?.message !== message;
  const row = isNews ? rowOf(record, nowMs, { kind: 'try', stage, level: 'temporary', message }) : null;
  return { record: next, row };
}

/**
 * The sector or job is aborted, by a stage's failure or the manager, and the thread releases it. The thread is paused if
 * an operator requested that, or if it was paused and the manager reports the sector as finalized: its files are inspected first.
 */
export function lose(
  plan: Plan,
  record: ThreadRecord,
  { reason, by }: { readonly reason: string; readonly by: AbortedBy },
  nowMs: number,
): Change {
  const at = iso(nowMs);
  const stage = planState(plan, record.state)?.stage ?? '-';
  const facts = { stage, level: 'abort', message: reason } as const;
  const next: ThreadRecord = {
    ...record,
    state: 'Aborted',
    outputs: { ...record.outputs, abortReason: reason, abortedBy: by },
    lastError: { level: 'abort', message: reason, stage, at },
    isPaused: record.intent !== null || (record.isPaused && by === 'finalized'),
    tries: 0,
    ...noWait,
    outage: undefined,
    since: at,
  };
  return { record: next, row: rowOf(record, nowMs, { kind: 'error', to: 'Aborted', ...facts }) };
}
