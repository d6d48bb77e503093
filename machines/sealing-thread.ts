import { assign, fromPromise, setup } from 'xstate';
import { endStates, type Plan, type PlanState } from './plan.js';
import {
  advance,
  type Change,
  cancelPause,
  fail,
  hold,
  type PauseCommand,
  pause,
  type ResumeCommand,
  release,
  resume,
  type StageFailure,
  type StageOutcome,
} from './record-changes.js';
import type { StageInput, ThreadContext, ThreadEvent, ThreadInput } from './thread-words.js';

/** XState types an invoked actor's done and error events only where the actor is invoked; these read them by shape. */
const outcomeOf = (event: unknown) => (event as { output: StageOutcome }).output;
const failureOf = (event: unknown) => (event as { error: StageFailure }).error;

/** What a timer can count; a longer one would end at once. */
const longestTimerMs = 2 ** 31 - 1;

const changed = ({ record, row }: Change) => ({ record, row });

/**
 * The machine of one sealing thread, built from its plan's table. Each state of the plan holds the modes in which the
 * thread can be there. Work (`stage`) and the durable write (`commit`) are injected; `commit` runs before what follows.
 */
export function sealingThread(plan: Plan) {
  const base = setup({
    types: { context: {} as ThreadContext, input: {} as ThreadInput, events: {} as ThreadEvent },
    actors: {
      stage: fromPromise<StageOutcome, StageInput>(() => Promise.reject(new Error('no stage was provided'))),
    },
    actions: {
      commit: () => {},
      startClock: assign({ startedMs: ({ context }) => context.now() }),
      markStopping: assign({ isStopping: true }),
      advance: assign(({ context, event }, params: { to: string }) =>
        changed(advance(plan, context.record, params.to, outcomeOf(event), context.now(), context.startedMs)),
      ),
      release: assign(({ context }) =>
        changed(release(context.record, context.now(), context.settings.sealIntervalMs)),
      ),
      askLater: assign(({ context }) => ({
        row: null,
        record: { ...context.record, nextAtMs: context.now() + context.settings.recoverIntervalMs },
      })),
      fail: assign(({ context, event }) =>
        changed(fail(plan, context.record, failureOf(event), context.settings, context.now())),
      ),
      failImpossible: assign(({ context, event }) => {
        const { state } = context.record;
        const message = `no edge ${outcomeOf(event).event} leads out of ${state}: resume to start the stage over, or to another state`;
        return changed(
          fail(plan, context.record, { level: 'critical', message }, context.settings, context.now()),
        );
      }),
      hold: assign(({ context }) => changed(hold(context.record, context.now()))),
      cancelPause: assign(({ context, event }) =>
        changed(cancelPause(context.record, event as ResumeCommand, context.now())),
      ),
      standStill: assign(({ context, event }) =>
        changed(pause(context.record, event as PauseCommand, true, context.now())),
      ),
      keepIntent: assign(({ context, event }) =>
        changed(pause(context.record, event as PauseCommand, false, context.now())),
      ),
      resume: assign(({ context, event }) =>
        changed(resume(plan, context.record, event as ResumeCommand, context.now())),
      ),
      clearWait: assign(({ context }) => ({
        record: { ...context.record, isResting: false, nextAtMs: null },
      })),
    },
    guards: {
      isStopping: ({ context }) => context.isStopping,
      isPaused: ({ context }) => context.record.isPaused,
      isHalfPaused: ({ context }) => context.record.intent !== null && !context.record.isPaused,
      isDue: ({ context }) => context.now() >= (context.record.nextAtMs ?? 0),
      mustWait: ({ context }) => context.record.nextAtMs !== null,
      isRecordedAs: ({ context }, params: { state: string }) => context.record.state === params.state,
      earned: ({ event }, params: { event: string }) => outcomeOf(event).event === params.event,
      givesUp: ({ event }) => failureOf(event).level === 'abort',
      pausesNow: ({ event }) => event.type === 'THREAD.PAUSE' && event.how === 'now',
      cancelsPause: ({ event }) => event.type === 'THREAD.RESUME' && event.state === null,
      resumesTo: ({ context, event }, params: { state: string }) =>
        context.record.isPaused &&
        event.type === 'THREAD.RESUME' &&
        (event.state ?? context.record.state) === params.state &&
        (event.state === null || context.possible(context.record).includes(event.state)),
    },
    delays: {
      untilNext: ({ context }) =>
        Math.min(longestTimerMs, Math.max(0, (context.record.nextAtMs ?? 0) - context.now())),
    },
  });

  type Config = Parameters<typeof base.createMachine>[0];
  type States = NonNullable<Config['states']>;

  const edgesOf = (state: PlanState) => {
    if (endStates.includes(state.name)) {
      const guard = { type: 'earned' as const, params: { event: 'Released' } };
      return [{ guard, target: '#Empty', actions: ['release' as const, 'commit' as const] }];
    }
    return plan.edges
      .filter((edge) => edge.from === state.name)
      .map((edge) => ({
        guard: { type: 'earned' as const, params: { event: edge.event } },
        target: `#${edge.to}`,
        actions: [{ type: 'advance' as const, params: { to: edge.to } }, 'commit' as const],
      }));
  };

  const stateOf = (state: PlanState): States[string] => {
    const isHeavy = state.processor !== undefined;
    const standStill = {
      target: `#${state.name}.paused`,
      actions: ['standStill' as const, 'commit' as const],
    };
    const noJob = {
      target: `#${state.name}`,
      guard: { type: 'earned' as const, params: { event: 'Idle' } },
      actions: ['askLater' as const],
    };
    return {
      id: state.name,
      initial: 'entering',
      states: {
        entering: {
          always: [
            { guard: 'isStopping', target: '#stopped' },
            { guard: 'isPaused', target: 'paused' },
            { guard: 'isHalfPaused', target: 'paused', actions: ['hold', 'commit'] },
            { guard: 'mustWait', target: 'waitingForNext' },
            { target: 'active' },
          ],
        },
        active: {
          entry: 'startClock',
          initial: 'running',
          invoke: {
            src: 'stage',
            input: ({ context }) => ({ record: context.record }),
            onDone: [
              ...edgesOf(state),
              noJob,
              { target: `#${state.name}`, actions: ['failImpossible', 'commit'], reenter: true },
            ],
            onError: [
              { guard: 'givesUp', target: '#Aborted', actions: ['fail', 'commit'], reenter: true },
              { target: `#${state.name}`, actions: ['fail', 'commit'], reenter: true },
            ],
          },
          states: {
            running: {
              on: {
                'THREAD.PAUSE': isHeavy
                  ? [
                      { guard: 'pausesNow', ...standStill },
                      { target: 'pausing', actions: ['keepIntent', 'commit'] },
                    ]
                  : standStill,
                'THREAD.STOP': isHeavy
                  ? { target: 'stopping', actions: 'markStopping' }
                  : { target: '#stopped' },
              },
            },
            pausing: {
              on: {
                'THREAD.PAUSE': { guard: 'pausesNow', ...standStill },
                'THREAD.RESUME': {
                  guard: 'cancelsPause',
                  target: 'running',
                  actions: ['cancelPause', 'commit'],
                },
                'THREAD.STOP': { target: 'stopping', actions: 'markStopping' },
              },
            },
            stopping: {},
          },
        },
        waitingForNext: {
          after: {
            untilNext: [
              { guard: 'isDue', target: 'active', actions: 'clearWait' },
              { target: 'waitingForNext', reenter: true },
            ],
          },
          on: { 'THREAD.PAUSE': standStill, 'THREAD.STOP': '#stopped' },
        },
        paused: { on: { 'THREAD.STOP': '#stopped' } },
      },
    };
  };

  return base.createMachine({
    id: plan.name,
    context: ({ input }) => ({ ...input, row: null, startedMs: input.now(), isStopping: false }),
    initial: 'booting',
    on: {
      'THREAD.RESUME': plan.states.map((state) => ({
        guard: { type: 'resumesTo' as const, params: { state: state.name } },
        target: `#${state.name}`,
        reenter: true,
        actions: ['resume' as const, 'commit' as const],
      })),
    },
    states: {
      booting: {
        always: plan.states.map((state) => ({
          guard: { type: 'isRecordedAs' as const, params: { state: state.name } },
          target: `#${state.name}`,
        })),
      },
      ...Object.fromEntries(plan.states.map((state) => [state.name, stateOf(state)])),
      stopped: { id: 'stopped', type: 'final' },
    },
  });
}
