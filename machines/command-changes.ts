/** An operator's commands to a thread, and how they change its record. Pure: values in, values out. */
import type { PauseHow } from '../src/protocol/thread.js';
import { isResumable, type Plan, planState } from './plan.js';
import { type Change, iso, rowOf } from './record-changes.js';
import { inHand, noWait, type ThreadRecord } from './thread-record.js';

export interface PauseCommand {
  readonly type: 'THREAD.PAUSE';
  readonly how: PauseHow;
  readonly by: string;
  readonly reason: string | null;
  /** The id of the drain that pauses. */
  readonly drain?: string | undefined;
}

export interface ResumeCommand {
  readonly type: 'THREAD.RESUME';
  readonly state: string | null;
  /** Also when what the state needs is missing. */
  readonly force: boolean;
  /** The states whose needs are met, if that was already checked for this command. */
  readonly possible?: readonly string[];
  readonly by: string;
  readonly reason: string | null;
}

/**
 * Whether an operator may send the record to a state: the state is possible or, with `force`, is resumable and there is
 * a current sector or job. `possible`: the states whose needs are met.
 */
export function maySendTo(
  plan: Plan,
  record: ThreadRecord,
  { state: name, force }: Pick<ResumeCommand, 'force'> & { readonly state: string },
  possible: readonly string[],
): boolean {
  if (possible.includes(name)) return true;
  const state = planState(plan, name);
  return force && state !== undefined && isResumable(state) && inHand(record) !== null;
}

/** An operator's pause: the intent is recorded at once; the pause takes effect at once when `isStandingStill`. */
export function pause(
  record: ThreadRecord,
  command: PauseCommand,
  isStandingStill: boolean,
  nowMs: number,
): Change {
  const { how, by, reason, drain } = command;
  const whose = drain === undefined ? {} : { drain };
  const at = iso(nowMs);
  const next: ThreadRecord = {
    ...record,
    intent: { kind: 'pause', how, by, reason, at, ...whose },
    isPaused: isStandingStill,
    isResting: !isStandingStill && record.isResting,
    ...(isStandingStill ? { ...noWait, outage: undefined } : {}),
    since: isStandingStill ? at : record.since,
  };
  return {
    record: next,
    row: rowOf(record, nowMs, { kind: 'command', by, reason, command: `pause ${how}` }),
  };
}

/** A pause was requested, but the stage was interrupted before it ended: the pause takes effect now. */
export function hold(record: ThreadRecord, nowMs: number): Change {
  const next: ThreadRecord = {
    ...record,
    isPaused: true,
    isResting: false,
    ...noWait,
    outage: undefined,
    since: iso(nowMs),
  };
  const { by = null, reason = null } = record.intent ?? {};
  return { record: next, row: rowOf(record, nowMs, { kind: 'lifecycle', by, reason, event: 'PauseHeld' }) };
}

/** A resume before the pause took effect, or of a frozen stage: the stage continues. */
export function cancelPause(record: ThreadRecord, command: ResumeCommand, nowMs: number): Change {
  const { by, reason } = command;
  return {
    record: {
      ...record,
      intent: null,
      lastError: null,
      isPaused: false,
      since: record.isPaused ? iso(nowMs) : record.since,
    },
    row: rowOf(record, nowMs, { kind: 'command', by, reason, command: 'resume' }),
  };
}

/** Keeps the notes on the files that the state needs or holds: the other files are made again. */
function withNotes(plan: Plan, to: string, outputs: ThreadRecord['outputs']): ThreadRecord['outputs'] {
  const { files } = outputs;
  if (typeof files !== 'object' || files === null) return outputs;
  const state = planState(plan, to);
  const names = [...(state?.needs.files ?? []), ...(state?.holds ?? [])];
  const kept = names.flatMap((name) => [name, ...(plan.standsFor?.[name] ?? [])]);
  return {
    ...outputs,
    files: Object.fromEntries(Object.entries(files).filter(([name]) => kept.includes(name))),
  };
}

/** The outputs to keep when a sector is sent to another state, by the plan's table, and the notes on its files. */
function keptOutputs(plan: Plan, to: string, outputs: ThreadRecord['outputs']): ThreadRecord['outputs'] {
  const needed = ['files', ...(planState(plan, to)?.needs.outputs ?? [])];
  const isKept = (key: string) => {
    const life = plan.keeps?.[key];
    return needed.includes(typeof life === 'object' ? life.with : key) || life === 'always';
  };
  return withNotes(plan, to, Object.fromEntries(Object.entries(outputs).filter(([key]) => isKept(key))));
}

/** A sector that was already aborted keeps its first `abortedBy`, which may be `finalized`. */
function givenUp({ state, outputs }: ThreadRecord, reason: string): ThreadRecord['outputs'] {
  return state === 'Aborted' && outputs.abortedBy !== undefined
    ? { abortReason: reason }
    : { abortReason: reason, abortedBy: 'operator' };
}

/** An operator's resume, to the same state or another one; outputs that the new state does not need are dropped. */
export function resume(plan: Plan, record: ThreadRecord, command: ResumeCommand, nowMs: number): Change {
  const to = command.state ?? record.state;
  const isMove = to !== record.state && to !== 'Aborted';
  const kept = isMove ? keptOutputs(plan, to, record.outputs) : record.outputs;
  const abort =
    command.state === 'Aborted'
      ? {
          level: 'abort' as const,
          message: command.reason ?? `aborted by ${command.by}`,
          stage: planState(plan, record.state)?.stage ?? '-',
          at: iso(nowMs),
        }
      : null;
  const next: ThreadRecord = {
    ...record,
    state: to,
    outputs: abort ? { ...kept, ...givenUp(record, abort.message) } : kept,
    intent: null,
    isPaused: false,
    isResting: false,
    lastError: abort,
    tries: 0,
    ...noWait,
    outage: undefined,
    since: iso(nowMs),
  };
  const { by, reason } = command;
  const where = command.state === null ? '' : ` --state ${command.state}`;
  const said = `resume${where}${command.force ? ' --force' : ''}`;
  return { record: next, row: rowOf(record, nowMs, { kind: 'command', to, by, reason, command: said }) };
}
