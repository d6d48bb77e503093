/** The named work, actions and delays of a sealing thread's machine. */
import { assertEvent, assign, fromPromise, setup } from 'xstate';
import { cancelPause, hold, pause, resume } from './command-changes.js';
import { answerOf, failureOf, outcomeOf } from './invoked.js';
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
import { longestWaitMs } from './retry.js';
import { policyOf, threadGuards } from './thread-guards.js';
import { noWait, waitFrom } from './thread-record.js';
import type {
  PlaceAnswer,
  PlaceInput,
  StageInput,
  ThreadContext,
  ThreadEvent,
  ThreadInput,
  ThreadWork,
} from './thread-words.js';

interface Happened {
  readonly context: ThreadContext;
  readonly event: ThreadEvent;
}

const changed = ({ record, row }: Change) => ({ record, row });
/** A stage has ended or a pause took effect: its probe, its resume and its idle reason no longer apply. */
const over = ({ record, row }: Failed) => ({
  record,
  row,
  isProbe: false,
  isResumed: false,
  idleReason: null,
});

/** How each event changes the context; failures and moves follow the plan's table. */
function changesOf(plan: Plan) {
  const failed = (context: ThreadContext, failure: StageFailure) => {
    // A thread that an operator resumed is paused again after a failure, so that the operator sees the result.
    const isProbe = context.isProbe && !context.isResumed;
    const how = { policy: policyOf(plan, context), random: context.random(), isProbe };
    return over(fail(plan, context.record, failure, how, context.now()));
  };
  return {
    advance: ({ context, event }: Happened, { to }: { to: string }) => {
      const { record, startedMs } = context;
      const workedMs = context.steady() - startedMs;
      const change = advance(plan, record, to, outcomeOf(event), context.now(), workedMs);
      // A thread that was sent to an earlier state has yet to reach the stage that failed.
      return { ...over(change), isResumed: context.isResumed && !change.record.isPaused };
    },
    release: ({ context }: Happened) =>
      over(release(context.record, context.now(), context.settings().sealIntervalMs)),
    recover: ({ context }: Happened) => changed(recover(plan, context.record, context.now())),
    /** The sector has not changed, so nothing is written. */
    askLater: ({ context: { record, now, settings }, event }: Happened) => {
      const wait = record.intent === null ? waitFrom(now(), settings().recoverIntervalMs) : noWait;
      const idleReason = outcomeOf(event).reason ?? null;
      return { record: { ...record, ...wait }, row: null, isProbe: false, isResumed: false, idleReason };
    },
    fail: ({ context, event }: Happened) => failed(context, failureOf(event)),
    failImpossible: ({ context, event }: Happened) => {
      const { state } = context.record;
      const message = `no edge ${outcomeOf(event).event} leads out of ${state}: resume to start the stage over, or to another state`;
      return failed(context, { level: 'critical', message });
    },
    lose: ({ context, event }: Happened) => {
      assertEvent(event, 'SECTOR.LOST');
      const by = event.isFinalized ? 'finalized' : 'manager';
      return over(lose(plan, context.record, { reason: event.reason, by }, context.now()));
    },
    hold: ({ context }: Happened) => changed(hold(context.record, context.now())),
    cancelPause: ({ context, event }: Happened) => {
      assertEvent(event, 'THREAD.RESUME');
      return changed(cancelPause(context.record, event, context.now()));
    },
    resume: ({ context, event }: Happened) => {
      assertEvent(event, 'THREAD.RESUME');
      return {
        ...changed(resume(plan, context.record, event, context.now())),
        isProbe: false,
        isResumed: true,
      };
    },
    clearWait: ({ context }: Happened) => ({ record: { ...context.record, isResting: false, ...noWait } }),
  };
}

/** An operator's pause: `isNow` when it takes effect at once. */
function paused({ context, event }: Happened, isNow: boolean): Change {
  assertEvent(event, 'THREAD.PAUSE');
  return pause(context.record, event, isNow, context.now());
}

/** `work` is passed here, not through `provide`, which would build the whole chart a second time (10 ms per thread). */
export function threadParts(plan: Plan, work: ThreadWork) {
  const changes = changesOf(plan);
  return setup({
    // XState takes these types from a value that it never reads.
    types: {} as { context: ThreadContext; input: ThreadInput; events: ThreadEvent },
    actors: {
      stage: fromPromise<StageOutcome, StageInput>(({ input, signal }) => work.stage(input, signal)),
      askPlace: fromPromise<PlaceAnswer, PlaceInput>(({ input }) => work.askPlace(input)),
      awaitPlace: fromPromise<PlaceAnswer>(() => work.awaitPlace()),
    },
    actions: {
      commit: ({ context }) => work.commit(context.record, context.row),
      /** Leaves the queue, unless the stage already holds its permit. */
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
      advance: assign((told, params: { to: string }) => changes.advance(told, params)),
      release: assign(changes.release),
      recover: assign(changes.recover),
      askLater: assign(changes.askLater),
      fail: assign(changes.fail),
      failImpossible: assign(changes.failImpossible),
      lose: assign(changes.lose),
      hold: assign(changes.hold),
      cancelPause: assign(changes.cancelPause),
      standStill: assign((told) => over(paused(told, true))),
      /** Like `standStill`, but the stage is kept. */
      freeze: assign((told) => changed(paused(told, true))),
      keepIntent: assign((told) => changed(paused(told, false))),
      resume: assign(changes.resume),
      clearWait: assign(changes.clearWait),
    },
    guards: threadGuards(plan),
    delays: {
      untilNext: ({ context }) => Math.max(0, context.dueMs - context.steady()),
    },
  });
}

/** Starts a wait: until `nextAtMs`, but never longer than its original delay, even if the wall clock was changed. */
function started(plan: Plan, { record, now, steady, settings }: ThreadContext) {
  const waitMs = record.waitMs ?? longestWaitMs(settings(), stageName(planState(plan, record.state)));
  const leftMs = Math.min(Math.max(0, (record.nextAtMs ?? 0) - now()), waitMs);
  const nextAtMs = Math.min(record.nextAtMs ?? 0, now() + leftMs);
  return { dueMs: steady() + leftMs, record: { ...record, nextAtMs } };
}

type Parts = ReturnType<typeof threadParts>;
export type ThreadStates = NonNullable<Parameters<Parts['createMachine']>[0]['states']>;
