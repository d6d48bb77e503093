import type { SnapshotFrom } from 'xstate';
import {
  emptyState,
  type Plan,
  planState,
  possibleStates,
  type sealingThread,
  stageName,
} from '../../../machines/index.js';
import { iso } from '../../../machines/record-changes.js';
import { retryPolicy } from '../../../machines/retry.js';
import { inHand, jobIdOf, type ThreadRecord } from '../../../machines/thread-record.js';
import type { ThreadSettings } from '../../../machines/thread-words.js';
import type { PlanName } from '../../protocol/plan-names.js';
import type { Progress, ThreadMode, ThreadView } from '../../protocol/thread.js';
import type { ThreadSetup } from '../border/setup.js';
import { holdingsOf } from './missing.js';

export type ThreadSnapshot = SnapshotFrom<ReturnType<typeof sealingThread>>;

/** The states that an operator may resume this record to now, by the plan's table and the existing files. */
export function possibleNow(plan: Plan, location: string, record: ThreadRecord): readonly string[] {
  return inHand(record) === null ? [] : possibleStates(plan, holdingsOf(location, record));
}

/** The mode by the statechart, and whether a stage is current: running or frozen. */
export function modeOf(snapshot: ThreadSnapshot): { readonly mode: ThreadMode; readonly hasStage: boolean } {
  const modes = snapshot.value;
  const inner: unknown = typeof modes === 'object' ? Object.values(modes)[0] : undefined;
  const hasStage = typeof inner === 'object' && inner !== null;
  const name: unknown = hasStage ? Object.values(inner)[0] : inner;
  switch (name) {
    case 'paused':
    case 'pausing':
    case 'waiting':
    case 'idle':
    case 'retrying':
    case 'resting':
      return { mode: name, hasStage };
    case 'frozen':
      return { mode: 'paused', hasStage };
    default:
      return { mode: snapshot.context.record.state === emptyState ? 'idle' : 'running', hasStage };
  }
}

/** A thread's public view (docs/spec.md#thread-view). */
export function viewOf(
  snapshot: ThreadSnapshot,
  facts: {
    readonly plan: Plan;
    readonly setup: ThreadSetup;
    readonly settings: ThreadSettings;
    readonly incarnation: number;
    readonly revision: number;
    readonly progress: Progress | null;
  },
): ThreadView {
  const { record } = snapshot.context;
  const { plan, setup, settings } = facts;
  const state = planState(plan, record.state);
  const { mode, hasStage } = modeOf(snapshot);
  return {
    index: setup.index,
    location: setup.location,
    // Plans are looked up by this name.
    plan: plan.name as PlanName,
    incarnation: facts.incarnation,
    revision: facts.revision,
    sector: record.sector,
    ...jobOf(record),
    state: record.state,
    stage: state?.stage ?? '-',
    mode,
    since: record.since,
    intent: record.intent,
    lastError: record.lastError,
    tries:
      record.tries > 0
        ? {
            n: record.tries,
            of: retryPolicy(settings, stageName(state)).tries,
            nextAt: record.nextAtMs === null ? null : new Date(record.nextAtMs).toISOString(),
          }
        : null,
    waitingFor: null,
    processor: hasStage && state?.processor ? { name: state.processor, pid: null } : null,
    progress: hasStage ? facts.progress : null,
    ...(hasStage ? { worked: workedOf(snapshot, mode === 'paused') } : {}),
    ...outageOf(record),
    ...idleOf(snapshot, mode),
    possible: possibleNow(plan, setup.location, record),
  };
}

function workedOf({ context }: ThreadSnapshot, isFrozen: boolean): NonNullable<ThreadView['worked']> {
  const until = isFrozen ? context.frozenMs : context.steady();
  return { ms: Math.max(0, Math.round(until - context.startedMs)), at: iso(context.now()) };
}

function outageOf({ outage, nextAtMs }: ThreadRecord): Pick<ThreadView, 'outage'> {
  if (outage === undefined) return {};
  return { outage: { since: outage.since, nextAt: nextAtMs === null ? null : iso(nextAtMs) } };
}

function idleOf({ context }: ThreadSnapshot, mode: ThreadMode): Pick<ThreadView, 'idle'> {
  return mode === 'idle' && context.idleReason !== null ? { idle: context.idleReason } : {};
}

function jobOf(record: ThreadRecord): Pick<ThreadView, 'job'> {
  const job = jobIdOf(record);
  return job === null ? {} : { job };
}
