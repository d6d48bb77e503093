/** How a record changes, and the history row that says so. Pure: values in, values out. */
import type { Plan } from './plan.js';
import { planState } from './plan.js';
import { emptyRecord, type Level, type ThreadRecord } from './thread-record.js';

export interface Row {
  readonly at: string;
  readonly kind: 'transition' | 'try' | 'error' | 'command' | 'lifecycle';
  readonly sector: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly event: string | null;
  readonly stage: string | null;
  readonly durationMs: number | null;
  readonly level: Level | null;
  readonly message: string | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly command: string | null;
}

export interface Change {
  readonly record: ThreadRecord;
  readonly row: Row;
}

/** What a stage gives back: the plan's event it earned, outputs to keep, and for Allocate the sector. */
export interface StageOutcome {
  readonly event: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly sector?: ThreadRecord['sector'];
}

export interface StageFailure {
  readonly level: Level;
  readonly message: string;
}

export interface PauseCommand {
  readonly type: 'THREAD.PAUSE';
  readonly how: 'after-stage' | 'freeze' | 'now';
  readonly by: string;
  readonly reason: string | null;
}

export interface ResumeCommand {
  readonly type: 'THREAD.RESUME';
  readonly state: string | null;
  readonly by: string;
  readonly reason: string | null;
}

const iso = (ms: number) => new Date(ms).toISOString();

function rowOf(record: ThreadRecord, nowMs: number, facts: Partial<Row> & Pick<Row, 'kind'>): Row {
  return {
    at: iso(nowMs),
    sector: record.sector?.id ?? null,
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

/** A stage is done: the sector is in its next state; a pause that waited for this takes hold. */
export function advance(
  plan: Plan,
  record: ThreadRecord,
  to: string,
  outcome: StageOutcome,
  nowMs: number,
  startedMs: number,
): Change {
  const next: ThreadRecord = {
    ...record,
    state: to,
    sector: outcome.sector ?? record.sector,
    outputs: { ...record.outputs, ...outcome.outputs },
    // A failure that passed by itself is history from here on.
    lastError: record.lastError?.level === 'temporary' ? null : record.lastError,
    isPaused: record.intent !== null,
    isResting: false,
    tries: 0,
    nextAtMs: null,
    since: iso(nowMs),
  };
  const row = rowOf(next, nowMs, {
    kind: 'transition',
    from: record.state,
    to,
    event: outcome.event,
    stage: planState(plan, record.state)?.stage ?? null,
    durationMs: Math.round(nowMs - startedMs),
  });
  return { record: next, row };
}

/** The sector is done with; the thread rests before it asks for the next. */
export function release(record: ThreadRecord, nowMs: number, restMs: number): Change {
  const next: ThreadRecord = {
    ...emptyRecord(record.plan, iso(nowMs)),
    isPaused: record.intent !== null,
    intent: record.intent,
    isResting: true,
    nextAtMs: nowMs + restMs,
  };
  const row = rowOf(record, nowMs, { kind: 'transition', to: 'Empty', event: 'Released' });
  return { record: next, row };
}

/** A stage failed: wait and try again, stand still, or give the sector up (SPEC section 3). */
export function fail(
  plan: Plan,
  record: ThreadRecord,
  failure: StageFailure,
  limits: { readonly maxRetries: number; readonly recoverIntervalMs: number },
  nowMs: number,
): Change {
  const stage = planState(plan, record.state)?.stage ?? '-';
  const retries = failure.level === 'temporary' && record.tries < limits.maxRetries;
  // A sector that is given up already cannot be given up again: what is in the way is for a person.
  const isLost = failure.level === 'abort' && record.state !== 'Aborted';
  const level: Level = retries || isLost || failure.level === 'critical' ? failure.level : 'permanent';
  const at = iso(nowMs);
  const lastError = { level, message: failure.message, stage, at };
  const facts = { stage, level, message: failure.message };
  if (retries) {
    const n = record.tries + 1;
    const next = {
      ...record,
      lastError,
      tries: n,
      isPaused: record.intent !== null,
      nextAtMs: nowMs + limits.recoverIntervalMs,
      since: at,
    };
    return { record: next, row: rowOf(record, nowMs, { kind: 'try', ...facts }) };
  }
  const to = isLost ? 'Aborted' : record.state;
  const next = {
    ...record,
    state: to,
    outputs: isLost ? { ...record.outputs, abortReason: failure.message } : record.outputs,
    lastError,
    tries: 0,
    nextAtMs: null,
    isPaused: !isLost || record.intent !== null,
    since: at,
  };
  return { record: next, row: rowOf(record, nowMs, { kind: 'error', to, ...facts }) };
}

/** An operator's pause: the intent is kept at once; it holds at once when `isStandingStill`. */
export function pause(
  record: ThreadRecord,
  command: PauseCommand,
  isStandingStill: boolean,
  nowMs: number,
): Change {
  const { how, by, reason } = command;
  const at = iso(nowMs);
  const next: ThreadRecord = {
    ...record,
    intent: { kind: 'pause', how, by, reason, at },
    isPaused: isStandingStill,
    isResting: !isStandingStill && record.isResting,
    nextAtMs: isStandingStill ? null : record.nextAtMs,
    since: isStandingStill ? at : record.since,
  };
  return {
    record: next,
    row: rowOf(record, nowMs, { kind: 'command', by, reason, command: `pause ${how}` }),
  };
}

/** A pause was asked for and its stage did not live to its end: the thread stands still already. */
export function hold(record: ThreadRecord, nowMs: number): Change {
  const next: ThreadRecord = {
    ...record,
    isPaused: true,
    isResting: false,
    nextAtMs: null,
    since: iso(nowMs),
  };
  const { by = null, reason = null } = record.intent ?? {};
  return { record: next, row: rowOf(record, nowMs, { kind: 'lifecycle', by, reason, event: 'PauseHeld' }) };
}

/** A resume before the pause took hold: the running stage goes on as if nothing had been asked. */
export function cancelPause(record: ThreadRecord, command: ResumeCommand, nowMs: number): Change {
  const { by, reason } = command;
  return {
    record: { ...record, intent: null, lastError: null },
    row: rowOf(record, nowMs, { kind: 'command', by, reason, command: 'resume' }),
  };
}

/** An operator's resume, to the same state or another one; outputs the new state does not rest on are dropped. */
export function resume(plan: Plan, record: ThreadRecord, command: ResumeCommand, nowMs: number): Change {
  const to = command.state ?? record.state;
  const needed = planState(plan, to)?.needs.outputs ?? [];
  const isMove = to !== record.state && to !== 'Aborted';
  const kept = isMove
    ? Object.fromEntries(
        Object.entries(record.outputs).filter(([key]) => needed.includes(key.replace(/_at$/, ''))),
      )
    : record.outputs;
  const abort =
    command.state === 'Aborted'
      ? {
          level: 'abort' as const,
          message: command.reason ?? `given up by ${command.by}`,
          stage: planState(plan, record.state)?.stage ?? '-',
          at: iso(nowMs),
        }
      : null;
  const next: ThreadRecord = {
    ...record,
    state: to,
    outputs: abort ? { ...kept, abortReason: abort.message } : kept,
    intent: null,
    isPaused: false,
    isResting: false,
    lastError: abort,
    tries: 0,
    nextAtMs: null,
    since: iso(nowMs),
  };
  const { by, reason } = command;
  const said = command.state === null ? 'resume' : `resume --state ${command.state}`;
  return { record: next, row: rowOf(record, nowMs, { kind: 'command', to, by, reason, command: said }) };
}
