/** What an operator may tell a thread, and how that changes its record. Pure: values in, values out. */
import type { PauseHow } from '../src/protocol/thread.js';
import { isResumable, type Plan, planState } from './plan.js';
import { type Change, iso, rowOf } from './record-changes.js';
import { inHand, noWait, type ThreadRecord } from './thread-record.js';

export interface PauseCommand {
  readonly type: 'THREAD.PAUSE';
  readonly how: PauseHow;
  readonly by: string;
  readonly reason: string | null;
  /** The drain that pauses, by its id. */
  readonly drain?: string | undefined;
}

export interface ResumeCommand {
  readonly type: 'THREAD.RESUME';
  readonly state: string | null;
  /** Also where what the state needs is not there. */
  readonly force: boolean;
  /** The states whose needs are there, where that was looked at for this command already. */
  readonly possible?: readonly string[];
  readonly by: string;
  readonly reason: string | null;
}

/**
 * Whether an operator may send the record on to a state: it is possible, or by force one that a current sector can be
 * in at all. `possible`: the states whose needs are there.
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

/** An operator's pause: the intent is kept at once; it holds at once when `isStandingStill`. */
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

/** A pause was asked for and its stage did not live to its end: the thread is paused already. */
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

/** A resume before the pause took hold, or of a frozen stage: it continues where it is. */
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

/** What was noted of files stays for those that the state needs: the others are made again. */
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

/** The outputs that are kept when a sector is sent to another state, as the plan's table says, and the notes of its files. */
function keptOutputs(plan: Plan, to: string, outputs: ThreadRecord['outputs']): ThreadRecord['outputs'] {
  const needed = ['files', ...(planState(plan, to)?.needs.outputs ?? [])];
  const isKept = (key: string) => {
    const life = plan.keeps?.[key];
    return needed.includes(typeof life === 'object' ? life.with : key) || life === 'always';
  };
  return withNotes(plan, to, Object.fromEntries(Object.entries(outputs).filter(([key]) => isKept(key))));
}

/** A sector that is aborted already stays so at the first report: it may say that the sector is finalized. */
function givenUp({ state, outputs }: ThreadRecord, reason: string): ThreadRecord['outputs'] {
  return state === 'Aborted' && outputs.abortedBy !== undefined
    ? { abortReason: reason }
    : { abortReason: reason, abortedBy: 'operator' };
}

/** An operator's resume, to the same state or another one; outputs the new state does not rest on are dropped. */
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
