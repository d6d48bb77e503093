/** The guards of a sealing thread's machine, by their names in the chart. */
import { maySendTo } from './command-changes.js';
import { givesUp } from './gives-up.js';
import { answerOf, failureOf, outcomeOf } from './invoked.js';
import { type Plan, planState, stageName } from './plan.js';
import { type RetryPolicy, retryPolicy } from './retry.js';
import { inHand, type ThreadRecord } from './thread-record.js';
import type { ThreadContext, ThreadEvent } from './thread-words.js';

interface Asked {
  readonly context: ThreadContext;
  readonly event: ThreadEvent;
}

/** The retry policy of the current stage. */
export function policyOf(plan: Plan, { settings, record }: ThreadContext): RetryPolicy {
  return retryPolicy(settings(), stageName(planState(plan, record.state)));
}

const isRetrying = ({ tries, outage }: ThreadRecord) => tries > 0 || outage !== undefined;

export function threadGuards(plan: Plan) {
  return {
    isStopping: ({ context }: Asked) => context.isStopping,
    isPaused: ({ context }: Asked) => context.record.isPaused,
    isHalfPaused: ({ context }: Asked) => context.record.intent !== null && !context.record.isPaused,
    mustWait: ({ context }: Asked) => context.record.nextAtMs !== null,
    mustRest: ({ context }: Asked) => context.record.nextAtMs !== null && context.record.isResting,
    mustRetry: ({ context: { record } }: Asked) => record.nextAtMs !== null && isRetrying(record),
    isGranted: ({ event }: Asked) => answerOf(event).granted,
    isRecordedAs: ({ context }: Asked, params: { state: string }) => context.record.state === params.state,
    earned: ({ event }: Asked, params: { event: string }) => outcomeOf(event).event === params.event,
    recovers: ({ context, event }: Asked) => isRetrying(context.record) && outcomeOf(event).event === 'Idle',
    givesUp: ({ context, event }: Asked) =>
      givesUp(plan, context.record, failureOf(event), policyOf(plan, context)),
    pausesNow: ({ event }: Asked) => event.type === 'THREAD.PAUSE' && event.how === 'now',
    freezes: ({ event }: Asked) => event.type === 'THREAD.PAUSE' && event.how === 'freeze',
    goesOn: ({ event }: Asked) => event.type === 'THREAD.RESUME' && event.state === null,
    resumesTo: ({ context, event }: Asked, params: { state: string }) => {
      if (!context.record.isPaused || event.type !== 'THREAD.RESUME') return false;
      if ((event.state ?? context.record.state) !== params.state) return false;
      if (event.state === null) return true;
      const { state, force, possible = context.possible(context.record) } = event;
      return maySendTo(plan, context.record, { state, force }, possible);
    },
    isLost: ({ context, event }: Asked) =>
      event.type === 'SECTOR.LOST' &&
      event.sector === inHand(context.record) &&
      // Also in Finished: the manager must not get a report of the end of a sector that it has cancelled.
      context.record.state !== 'Aborted',
  };
}
