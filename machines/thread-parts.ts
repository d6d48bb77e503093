/** The named work, actions, guards and delays of a sealing thread's machine. */
import { assign, fromPromise, setup } from 'xstate';
import {
  cancelPause,
  hold,
  maySendTo,
  type PauseCommand,
  pause,
  type ResumeCommand,
  resume,
} from './command-changes.js';
import { givesUp } from './gives-up.js';
import { type Plan, planState, stageName } from './plan.js';
import {
  advance,
  type Change,
  type Failed,
  fail,
  lose,
  recover,
  release,
  type StageFailure,
  type StageOutcome,
} from './record-changes.js';
import { longestWaitMs, retryPolicy } from './retry.js';
import { inHand, noWait, type ThreadRecord, waitFrom } from './thread-record.js';
import type {
  PlaceAnswer,
  PlaceInput,
  SectorLost,
  StageInput,
  ThreadContext,
  ThreadEvent,
  ThreadInput,
  ThreadWork,
} from './thread-words.js';

/** XState types an invoked actor's done and error events only where the actor is invoked; these read them by shape. */
const outcomeOf = (event: unknown) => (event as { output: StageOutcome }).output;
const answerOf = (event: unknown) => (event as { output: PlaceAnswer }).output;
const failureOf = (event: unknown) => (event as { error: StageFailure }).error;

const changed = ({ record, row }: Change) => ({ record, row });
/** A stage failed, or an operator spoke: what was asked for it is history. */
const over = ({ record, row }: Failed) => ({
  record,
  row,
  isProbe: false,
  isResumed: false,
  idleReason: null,
});

/** `work` is given here and not by `provide`, which would build the whole chart a second time (10 ms a thread). */
export function threadParts(plan: Plan, work: ThreadWork) {
  const policyOf = ({ settings, record }: ThreadContext) =>
    retryPolicy(settings(), stageName(planState(plan, record.state)));
  const failed = (context: ThreadContext, failure: StageFailure) => {
    const policy = policyOf(context);
    // Whom an operator sent on was paused before, and is again: what came of it is the operator's to see.
    const isProbe = context.isProbe && !context.isResumed;
    const how = { policy, random: context.random(), isProbe };
    return over(fail(plan, context.record, failure, how, context.now()));
  };
  return setup({
    types: { context: {} as ThreadContext, input: {} as ThreadInput, events: {} as ThreadEvent },
    actors: {
      stage: fromPromise<StageOutcome, StageInput>(({ input, signal }) => work.stage(input, signal)),
      askPlace: fromPromise<PlaceAnswer, PlaceInput>(({ input }) => work.askPlace(input)),
      awaitPlace: fromPromise<PlaceAnswer>(() => work.awaitPlace()),
    },
    actions: {
      commit: ({ context }) => work.commit(context.record, context.row),
      /** Gives up the place in the queue, unless the stage holds it already. */
      leaveLine: () => work.leaveLine(),
      startClock: assign({ startedMs: ({ context }) => context.steady() }),
      stopClock: assign({ frozenMs: ({ context }) => context.steady() }),
      goOnClock: assign({
        startedMs: ({ context }) => context.startedMs + context.steady() - context.frozenMs,
      }),
      startWait: assign(({ context }) => started(plan, context)),
      takePlace: assign(({ event }) => {
        const answer = answerOf(event);
        return { isProbe: answer.granted && answer.isProbe };
      }),
      markStopping: assign({ isStopping: true }),
      advance: assign(({ context, event }, params: { to: string }) => {
        const { record, startedMs } = context;
        const workedMs = context.steady() - startedMs;
        const change = advance(plan, record, params.to, outcomeOf(event), context.now(), workedMs);
        // Who was sent on to an earlier state has what stood in the way still before it.
        return { ...over(change), isResumed: context.isResumed && !change.record.isPaused };
      }),
      release: assign(({ context }) =>
        over(release(context.record, context.now(), context.settings().sealIntervalMs)),
      ),
      recover: assign(({ context }) => changed(recover(plan, context.record, context.now()))),
      /** No news of the sector, so it is not written. */
      askLater: assign(({ context: { record, now, settings }, event }) => {
        const wait = record.intent === null ? waitFrom(now(), settings().recoverIntervalMs) : noWait;
        const idleReason = outcomeOf(event).reason ?? null;
        return { record: { ...record, ...wait }, row: null, isProbe: false, isResumed: false, idleReason };
      }),
      fail: assign(({ context, event }) => failed(context, failureOf(event))),
      failImpossible: assign(({ context, event }) => {
        const { state } = context.record;
        const message = `no edge ${outcomeOf(event).event} leads out of ${state}: resume to start the stage over, or to another state`;
        return failed(context, { level: 'critical', message });
      }),
      lose: assign(({ context, event }) => {
        const { reason, isFinalized } = event as SectorLost;
        const by = isFinalized ? 'finalized' : 'manager';
        return over(lose(plan, context.record, { reason, by }, context.now()));
      }),
      hold: assign(({ context }) => changed(hold(context.record, context.now()))),
      cancelPause: assign(({ context, event }) =>
        changed(cancelPause(context.record, event as ResumeCommand, context.now())),
      ),
      standStill: assign(({ context, event }) =>
        over(pause(context.record, event as PauseCommand, true, context.now())),
      ),
      /** As `standStill`, with the stage still there. */
      freeze: assign(({ context, event }) =>
        changed(pause(context.record, event as PauseCommand, true, context.now())),
      ),
      keepIntent: assign(({ context, event }) =>
        changed(pause(context.record, event as PauseCommand, false, context.now())),
      ),
      resume: assign(({ context, event }) => ({
        ...changed(resume(plan, context.record, event as ResumeCommand, context.now())),
        isProbe: false,
        isResumed: true,
      })),
      clearWait: assign(({ context }) => ({
        record: { ...context.record, isResting: false, ...noWait },
      })),
    },
    guards: {
      isStopping: ({ context }) => context.isStopping,
      isPaused: ({ context }) => context.record.isPaused,
      isHalfPaused: ({ context }) => context.record.intent !== null && !context.record.isPaused,
      mustWait: ({ context }) => context.record.nextAtMs !== null,
      mustRest: ({ context }) => context.record.nextAtMs !== null && context.record.isResting,
      mustRetry: ({ context: { record } }) => record.nextAtMs !== null && isRetrying(record),
      isGranted: ({ event }) => answerOf(event).granted,
      isRecordedAs: ({ context }, params: { state: string }) => context.record.state === params.state,
      earned: ({ event }, params: { event: string }) => outcomeOf(event).event === params.event,
      recovers: ({ context, event }) => isRetrying(context.record) && outcomeOf(event).event === 'Idle',
      givesUp: ({ context, event }) => givesUp(plan, context.record, failureOf(event), policyOf(context)),
      pausesNow: ({ event }) => event.type === 'THREAD.PAUSE' && event.how === 'now',
      freezes: ({ event }) => event.type === 'THREAD.PAUSE' && event.how === 'freeze',
      goesOn: ({ event }) => event.type === 'THREAD.RESUME' && event.state === null,
      resumesTo: ({ context, event }, params: { state: string }) => {
        if (!context.record.isPaused || event.type !== 'THREAD.RESUME') return false;
        if ((event.state ?? context.record.state) !== params.state) return false;
        if (event.state === null) return true;
        const { state, force, possible = context.possible(context.record) } = event;
        return maySendTo(plan, context.record, { state, force }, possible);
      },
      isLost: ({ context, event }) =>
        event.type === 'SECTOR.LOST' &&
        event.sector === inHand(context.record) &&
        // In Finished, too: the manager hears nothing of an end that it has cancelled.
        context.record.state !== 'Aborted',
    },
    delays: {
      untilNext: ({ context }) => Math.max(0, context.dueMs - context.steady()),
    },
  });
}

const isRetrying = ({ tries, outage }: ThreadRecord) => tries > 0 || outage !== undefined;

/** A wait that is entered: as the record says, but never longer than the delay it was made from, whatever the wall clock says. */
function started(plan: Plan, { record, now, steady, settings }: ThreadContext) {
  const waitMs = record.waitMs ?? longestWaitMs(settings(), stageName(planState(plan, record.state)));
  const leftMs = Math.min(Math.max(0, (record.nextAtMs ?? 0) - now()), waitMs);
  const nextAtMs = Math.min(record.nextAtMs ?? 0, now() + leftMs);
  return { dueMs: steady() + leftMs, record: { ...record, nextAtMs } };
}

type Parts = ReturnType<typeof threadParts>;
export type ThreadStates = NonNullable<Parameters<Parts['createMachine']>[0]['states']>;
