/** A thread as the field's own programs read it: v0.2's fields and today's at once (SPEC section 6). */
import type { ErrorLevel } from './level.js';
import { formatSectorId } from './sector.js';
import type { ThreadView } from './thread.js';

export interface FieldThread {
  readonly location: string;
  readonly sector_id: { readonly Miner: number; readonly Number: number } | null;
  readonly index: number;
  readonly paused: boolean;
  readonly paused_elapsed: number | null;
  readonly state: string;
  readonly last_error: string | null;
  readonly plan: string;
  readonly job_id: string | null;
  readonly thread_state:
    | { readonly state: 'Idle' }
    | { readonly state: 'Paused' | 'Waiting'; readonly elapsed: number }
    | { readonly state: 'Running'; readonly elapsed: number; readonly proc: string | null };
  readonly job_state: string;
  readonly job_stage: string | null;
}

/** Whole seconds since the view's mode or state began. */
export function elapsedSeconds(view: ThreadView, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - Date.parse(view.since)) / 1000));
}

/** `<level>: <message>`, or null. */
export function errorText(view: Pick<ThreadView, 'lastError'>): string | null {
  return view.lastError ? `${view.lastError.level}: ${view.lastError.message}` : null;
}

function threadState(view: ThreadView, elapsed: number): FieldThread['thread_state'] {
  switch (view.mode) {
    case 'paused':
      return { state: 'Paused', elapsed };
    case 'waiting':
      return { state: 'Waiting', elapsed };
    case 'running':
    case 'pausing':
      return { state: 'Running', elapsed, proc: view.processor?.name ?? null };
    case 'idle':
    case 'retrying':
    case 'resting':
    case 'restarting':
    case 'failed':
      return { state: 'Idle' };
  }
}

export function toFieldThread(view: ThreadView, nowMs: number): FieldThread {
  const elapsed = elapsedSeconds(view, nowMs);
  const isPaused = view.mode === 'paused';
  return {
    location: view.location,
    sector_id: view.sector ? { Miner: view.sector.miner, Number: view.sector.number } : null,
    index: view.index,
    paused: isPaused,
    paused_elapsed: isPaused ? elapsed : null,
    state: view.state,
    last_error: errorText(view),
    plan: view.plan,
    job_id: view.sector?.id ?? null,
    thread_state: threadState(view, elapsed),
    job_state: view.state,
    job_stage: view.stage === '-' ? null : view.stage,
  };
}

/** The view of a thread of the field's own worker, as far as it tells. */
export function fromFieldThread(thread: FieldThread, nowMs: number): ThreadView {
  const [, level, message] =
    /^(temporary|permanent|critical|abort): (.*)$/s.exec(thread.last_error ?? '') ?? [];
  const since = new Date(nowMs - (thread.paused_elapsed ?? 0) * 1000).toISOString();
  const sector = thread.sector_id;
  return {
    index: thread.index,
    location: thread.location,
    plan: (thread.plan as ThreadView['plan'] | undefined) ?? 'sealer',
    incarnation: 0,
    revision: 0,
    sector: sector
      ? {
          miner: sector.Miner,
          number: sector.Number,
          id: formatSectorId({ miner: sector.Miner, number: sector.Number }),
          proofType: 0,
          size: 0,
        }
      : null,
    state: thread.state ?? thread.job_state,
    stage: thread.job_stage ?? '-',
    mode: thread.paused ? 'paused' : sector ? 'running' : 'idle',
    since,
    intent: null,
    lastError: thread.last_error
      ? {
          level: (level as ErrorLevel | undefined) ?? 'permanent',
          message: message ?? thread.last_error,
          stage: thread.job_stage ?? '-',
          at: since,
        }
      : null,
    tries: null,
    waitingFor: null,
    processor: null,
    progress: null,
    possible: [],
  };
}
