/** A thread as upstream's programs read it: the fields of both v0.2 and damocles (docs/spec.md#rpc). */
import { passedMs } from './clock.js';
import { levelIn } from './level.js';
import { formatSectorId, parseSectorId } from './sector.js';
import type { LastError, ThreadView } from './thread.js';

export interface UpstreamThread {
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
  return Math.floor(passedMs(view.since, nowMs) / 1000);
}

/** `<level>: <message>`, or null. */
export function errorText(view: Pick<ThreadView, 'lastError'>): string | null {
  return view.lastError ? `${view.lastError.level}: ${view.lastError.message}` : null;
}

function threadState(view: ThreadView, elapsed: number): UpstreamThread['thread_state'] {
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

export function toUpstreamThread(view: ThreadView, nowMs: number): UpstreamThread {
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
    job_id: view.sector?.id ?? view.job ?? null,
    thread_state: threadState(view, elapsed),
    job_state: view.state,
    job_stage: view.stage === '-' ? null : view.stage,
  };
}

/**
 * A thread as a worker of any upstream version reports it: v0.2 has `sector_id`, `paused` and `state`; later versions
 * have `job_id` in place of `sector_id`; the current one also has `thread_state` and `job_state`.
 */
export interface ToldThread {
  readonly index: number;
  readonly location: string;
  readonly plan?: string | undefined;
  readonly sector_id?: UpstreamThread['sector_id'] | undefined;
  readonly job_id?: string | null | undefined;
  readonly paused?: boolean | undefined;
  readonly paused_elapsed?: number | null | undefined;
  readonly thread_state?:
    | {
        readonly state: UpstreamThread['thread_state']['state'];
        readonly elapsed?: number | undefined;
        readonly proc?: string | null | undefined;
      }
    | undefined;
  readonly state?: string | undefined;
  readonly job_state?: string | undefined;
  readonly job_stage?: string | null | undefined;
  readonly last_error?: string | null | undefined;
}

const modeOf = { Idle: 'idle', Paused: 'paused', Running: 'running', Waiting: 'waiting' } as const;

function toldSector({ sector_id: sector, job_id: job }: ToldThread): ThreadView['sector'] {
  const id = sector ? { miner: sector.Miner, number: sector.Number } : parseSectorId(job ?? '');
  return id ? { ...id, id: formatSectorId(id), proofType: 0, size: 0 } : null;
}

function toldError(text: string | null | undefined): Pick<LastError, 'level' | 'message'> | null {
  if (!text) return null;
  const { level, rest } = levelIn(text) ?? { level: 'permanent', rest: text };
  return { level, message: rest };
}

/** The view of an upstream worker's thread, as far as it reports one. */
export function fromUpstreamThread(thread: ToldThread, nowMs: number): ThreadView {
  const { thread_state: told } = thread;
  const sector = toldSector(thread);
  const elapsed = told?.elapsed ?? thread.paused_elapsed ?? 0;
  const since = new Date(nowMs - elapsed * 1000).toISOString();
  const stage = thread.job_stage ?? '-';
  const error = toldError(thread.last_error);
  const older = thread.paused ? 'paused' : sector ? 'running' : 'idle';
  return {
    index: thread.index,
    location: thread.location,
    // A plan that is not ours is only displayed.
    plan: (thread.plan as ThreadView['plan'] | undefined) ?? 'sealer',
    incarnation: 0,
    revision: 0,
    sector,
    state: thread.state ?? thread.job_state ?? '-',
    stage,
    mode: told ? modeOf[told.state] : older,
    since,
    intent: null,
    lastError: error ? { ...error, stage, at: since } : null,
    tries: null,
    waitingFor: null,
    processor: told?.proc ? { name: told.proc, pid: null } : null,
    progress: null,
    possible: [],
  };
}
