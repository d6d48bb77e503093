/** What must become of a thread, in few words and without a machine: what is seen of it, and what each event does. */
import { type Plan, planState } from '#machines/plan.js';
import { type RetryPolicy, retryDelayMs } from '#machines/retry.js';
import type { ErrorLevel } from '#src/protocol/level.js';

export type How = 'after-stage' | 'freeze' | 'now';
export type Wait = 'idle' | 'retrying' | 'resting';
export type Mode =
  | ('asking' | 'waiting' | 'running' | 'pausing' | 'frozen' | 'stopping' | 'paused' | 'stopped')
  | Wait;

/** What a living thread can be told. */
export type Told =
  | { readonly do: 'pause'; readonly how: How }
  | { readonly do: 'resume'; readonly state: string | null; readonly force: boolean }
  /** The stage is done, by one of its edges. */
  | { readonly do: 'end'; readonly edge: number }
  | { readonly do: 'end wrongly' }
  | { readonly do: 'find nothing' }
  | { readonly do: 'fail'; readonly level: ErrorLevel }
  | { readonly do: 'grant'; readonly isProbe: boolean }
  | { readonly do: 'refuse' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'lose'; readonly sector: string }
  | { readonly do: 'lose files'; readonly files: readonly string[] }
  | { readonly do: 'stop' };

/** And kill -9 with a new start: what was not written is gone. */
export type Step = Told | { readonly do: 'kill' };

export interface Seen {
  readonly state: string;
  readonly mode: Mode;
  /** Or the current job. */
  readonly sector: string | null;
  readonly outputs: readonly string[];
  readonly intent: How | null;
  readonly isPaused: boolean;
  readonly error: ErrorLevel | null;
  readonly tries: number;
  /** The end of the wait, and the one that is written. */
  readonly untilMs: number | null;
  readonly keptUntilMs: number | null;
  readonly isProbe: boolean;
  readonly isResumed: boolean;
  /** Stages begun and rows written, ever. */
  readonly runs: number;
  readonly rows: number;
}

/** What is around the thread when something happens. */
export interface Around {
  readonly plan: Plan;
  readonly policy: RetryPolicy;
  readonly random: number;
  readonly recoverIntervalMs: number;
  readonly sealIntervalMs: number;
  /** After the step. */
  readonly nowMs: number;
  readonly files: readonly string[];
  readonly nextSector: string;
}

const working: readonly Mode[] = ['running', 'pausing', 'frozen', 'stopping'];
const waits: readonly Mode[] = ['idle', 'retrying', 'resting'];

export function after(seen: Seen, step: Step, around: Around): Seen {
  if (seen.mode === 'stopped' && step.do !== 'kill') return seen;
  const isWorking = working.includes(seen.mode);
  const isInLine = seen.mode === 'asking' || seen.mode === 'waiting';
  switch (step.do) {
    case 'pause':
      return paused(seen, step.how, around.plan);
    case 'resume':
      return resumed(seen, step, around);
    case 'end':
      return isWorking ? done(seen, step.edge, around) : seen;
    case 'end wrongly':
      return isWorking ? failed(seen, 'critical', around) : seen;
    case 'find nothing':
      return isWorking ? idle(seen, around) : seen;
    case 'fail':
      return isWorking || isInLine ? failed(seen, step.level, around) : seen;
    case 'grant':
      return isInLine ? begun({ ...seen, isProbe: step.isProbe }) : seen;
    case 'refuse':
      return seen.mode === 'asking' ? { ...seen, mode: 'waiting' } : seen;
    case 'wait': {
      const isDue = waits.includes(seen.mode) && around.nowMs >= (seen.untilMs ?? 0);
      return isDue ? onward({ ...seen, untilMs: null }, around) : seen;
    }
    case 'lose':
      if (step.sector !== seen.sector || seen.state === 'Aborted') return seen;
      // What an error paused goes on: there is nothing left to be repaired.
      return entered(givenUp({ ...seen, isPaused: seen.intent !== null }), around);
    case 'stop':
      return stopped(seen, around.plan);
    case 'kill':
      return restarted(seen, around);
    case 'lose files':
      return seen;
  }
}

function isHeavy(seen: Seen, plan: Plan): boolean {
  return planState(plan, seen.state)?.processor !== undefined;
}

function written(seen: Seen): Seen {
  return { ...seen, rows: seen.rows + 1, keptUntilMs: seen.untilMs };
}

function begun(seen: Seen): Seen {
  return { ...seen, mode: 'running', runs: seen.runs + 1 };
}

/** To work, by way of the line where there is one. */
function onward(seen: Seen, { plan }: Around): Seen {
  const next = { ...seen, isProbe: false };
  return seen.state === 'Empty' || isHeavy(seen, plan) ? { ...next, mode: 'asking' } : begun(next);
}

/** A stage is over, one way or another. */
function entered(seen: Seen, around: Around, wait: Wait = 'idle', isResumed = false): Seen {
  const next = { ...seen, isProbe: false, isResumed: isResumed && seen.intent === null };
  if (seen.mode === 'stopping') return { ...next, mode: 'stopped' };
  if (seen.isPaused) return { ...next, mode: 'paused' };
  if (seen.intent !== null) return written({ ...next, mode: 'paused', isPaused: true, untilMs: null });
  return seen.untilMs === null ? onward(next, around) : { ...next, mode: wait };
}

function paused(seen: Seen, how: How, plan: Plan): Seen {
  const { mode } = seen;
  if (mode === 'paused' || mode === 'stopping') return seen;
  if (mode === 'frozen' && how !== 'now') return seen;
  if (mode === 'pausing' && how === 'after-stage') return seen;
  const goesOn = working.includes(mode) && isHeavy(seen, plan);
  const next = { ...seen, intent: how };
  if (goesOn && how === 'after-stage') return written({ ...next, mode: 'pausing' });
  if (goesOn && how === 'freeze') return written({ ...next, mode: 'frozen', isPaused: true });
  return written({
    ...next,
    mode: 'paused',
    isPaused: true,
    untilMs: null,
    isProbe: false,
    isResumed: false,
  });
}

function stopped(seen: Seen, plan: Plan): Seen {
  const goesOn = ['running', 'pausing', 'stopping'].includes(seen.mode) && isHeavy(seen, plan);
  return goesOn ? { ...seen, mode: 'stopping' } : { ...seen, mode: 'stopped', isProbe: false };
}

function resumed(seen: Seen, step: Told & { readonly do: 'resume' }, around: Around): Seen {
  const next = { ...seen, intent: null, isPaused: false, error: null };
  if (step.state === null && (seen.mode === 'pausing' || seen.mode === 'frozen'))
    return written({ ...next, mode: 'running' });
  if (!seen.isPaused || !mayResume(seen, step, around)) return seen;
  const moved =
    step.state === null || step.state === seen.state
      ? next
      : { ...next, ...movedTo(next, step.state, around) };
  const to: Seen = step.state === 'Aborted' ? { ...givenUp(next, false), isPaused: false } : moved;
  return onward(written({ ...to, tries: 0, untilMs: null, isResumed: true }), around);
}

function mayResume(seen: Seen, { state, force }: Told & { readonly do: 'resume' }, { plan, files }: Around) {
  if (state === null) return true;
  const needs = planState(plan, state)?.needs;
  if (!needs || seen.sector === null || state === 'Empty' || state === 'Finished') return false;
  if (force || state === 'Aborted') return true;
  return (
    needs.outputs.every((key) => seen.outputs.includes(key)) &&
    needs.files.every((file) => files.includes(file))
  );
}

function movedTo(seen: Seen, state: string, { plan }: Around) {
  const needed = planState(plan, state)?.needs.outputs ?? [];
  return { state, outputs: seen.outputs.filter((key) => needed.includes(key)) };
}

function givenUp(seen: Seen, isWritten = true): Seen {
  const next: Seen = {
    ...seen,
    state: 'Aborted',
    outputs: [...new Set([...seen.outputs, 'abortReason', 'abortedBy'])].toSorted(),
    error: 'abort',
    tries: 0,
    untilMs: null,
    isPaused: seen.isPaused || seen.intent !== null,
  };
  return isWritten ? written(next) : next;
}

function done(seen: Seen, pick: number, around: Around): Seen {
  const { plan, nowMs, sealIntervalMs, nextSector } = around;
  const edges = plan.edges.filter(({ from }) => from === seen.state);
  const to = edges[pick % edges.length]?.to;
  if (to === undefined) {
    const free = {
      state: 'Empty',
      sector: null,
      outputs: [],
      error: null,
      tries: 0,
      untilMs: nowMs + sealIntervalMs,
    };
    return entered(written({ ...seen, ...free }), around, 'resting');
  }
  const outputs = [...new Set([...seen.outputs, ...(planState(plan, to)?.needs.outputs ?? [])])].toSorted();
  const next: Seen = {
    ...seen,
    state: to,
    sector: seen.state === 'Empty' ? nextSector : seen.sector,
    outputs,
    isPaused: seen.intent !== null,
    error: seen.error === 'temporary' ? null : seen.error,
    tries: 0,
    untilMs: null,
  };
  return entered(written(next), around, 'idle', seen.isResumed);
}

function idle(seen: Seen, around: Around): Seen {
  const error = seen.error === 'temporary' ? null : seen.error;
  const next = seen.tries > 0 ? written({ ...seen, tries: 0, error }) : seen;
  const untilMs = seen.intent === null ? around.nowMs + around.recoverIntervalMs : null;
  return entered({ ...next, untilMs }, around);
}

function failed(seen: Seen, level: ErrorLevel, around: Around): Seen {
  const { policy, nowMs, random } = around;
  if (seen.state !== 'Aborted' && ends(seen, level, around))
    return entered(givenUp({ ...seen, isPaused: seen.intent !== null }), around);
  if (level === 'temporary' && seen.tries < policy.tries) {
    const isPaused = seen.intent !== null;
    const tries = seen.tries + 1;
    const untilMs = isPaused ? null : nowMs + retryDelayMs(policy, tries, random);
    return entered(written({ ...seen, error: level, tries, isPaused, untilMs }), around, 'retrying');
  }
  const isForTheOthers = seen.isProbe && !seen.isResumed;
  const isPaused = !isForTheOthers || seen.intent !== null;
  const error = level === 'critical' ? level : 'permanent';
  return entered(written({ ...seen, error, tries: 0, isPaused, untilMs: null }), around);
}

function ends({ state, tries }: Seen, level: ErrorLevel, { plan, policy }: Around): boolean {
  const ended = planState(plan, state)?.endsJob;
  const isOver = ended === 'after-tries' && level === 'temporary' && tries >= policy.tries;
  return level === 'abort' || (ended !== undefined && level === 'permanent') || isOver;
}

/** The mode from what is written: a pause holds, a wait lasts to its own end, all else begins again. */
function restarted(seen: Seen, around: Around): Seen {
  const untilMs = seen.keptUntilMs;
  const isWaiting = untilMs !== null && untilMs > around.nowMs;
  // What was to stop has stopped.
  const fresh: Seen = { ...seen, mode: 'running', untilMs: isWaiting ? untilMs : null };
  return entered(fresh, around, seen.tries > 0 ? 'retrying' : 'resting');
}
