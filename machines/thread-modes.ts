/** The modes that a thread can be in while its sector is in one state of the plan (docs/architecture.md, modes). */
import { endStates, type Plan, type PlanState, placeName } from './plan.js';
import type { ThreadStates } from './thread-parts.js';

const stopped = '#stopped';

const standStillAt = (target: string) => ({
  target,
  actions: ['leaveLine' as const, 'standStill' as const, 'commit' as const],
});
type StandStill = ReturnType<typeof standStillAt>;

/** Where a failure leads. An aborted sector cannot be aborted again: its failure is left to an operator. */
function failing({ name }: PlanState) {
  const fail = { actions: ['fail' as const, 'commit' as const], reenter: true };
  return [
    ...(name === 'Aborted' ? [] : [{ guard: 'givesUp' as const, target: '#Aborted', ...fail }]),
    { target: `#${name}`, ...fail },
  ];
}
type Failing = ReturnType<typeof failing>;

function edgesOf(plan: Plan, state: PlanState) {
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
}

/** Where a pause and a stop lead from each working mode: a heavy stage is waited for, frozen or aborted. */
function waysOfWorking(isHeavy: boolean, standStill: StandStill): ThreadStates {
  const stopAfterStage = { target: 'stopping', actions: 'markStopping' as const };
  const freezing = {
    guard: 'freezes' as const,
    target: 'frozen',
    actions: ['freeze' as const, 'commit' as const],
  };
  const atOnce = { guard: 'pausesNow' as const, ...standStill };
  const goingOn = {
    guard: 'goesOn' as const,
    target: 'running',
    actions: ['cancelPause' as const, 'commit' as const],
  };
  return {
    running: {
      on: {
        'THREAD.PAUSE': isHeavy
          ? [atOnce, freezing, { target: 'pausing', actions: ['keepIntent', 'commit'] }]
          : standStill,
        'THREAD.STOP': isHeavy ? stopAfterStage : stopped,
      },
    },
    pausing: {
      on: {
        'THREAD.PAUSE': [atOnce, freezing],
        'THREAD.RESUME': goingOn,
        'THREAD.STOP': stopAfterStage,
      },
    },
    frozen: {
      entry: 'stopClock',
      exit: 'goOnClock',
      on: { 'THREAD.PAUSE': atOnce, 'THREAD.RESUME': goingOn, 'THREAD.STOP': stopped },
    },
    stopping: {},
  };
}

/** A stage is running. */
function activeMode(
  plan: Plan,
  state: PlanState,
  { again, standStill, failed }: { again: string; standStill: StandStill; failed: Failing },
): ThreadStates[string] {
  return {
    entry: 'startClock',
    initial: 'running',
    invoke: {
      src: 'stage',
      input: ({ context }) => ({ record: context.record }),
      onDone: [
        ...edgesOf(plan, state),
        { guard: 'recovers', target: again, actions: ['recover', 'commit', 'askLater'] },
        { guard: { type: 'earned', params: { event: 'Idle' } }, target: again, actions: 'askLater' },
        { target: again, actions: ['failImpossible', 'commit'], reenter: true },
      ],
      onError: failed,
    },
    states: waysOfWorking(state.processor !== undefined, standStill),
  };
}

export function modesOf(plan: Plan, state: PlanState): ThreadStates[string] {
  const place = placeName(state);
  const again = `#${state.name}`;
  const standStill = standStillAt(`#${state.name}.paused`);
  const failed = failing(state);
  const begin = place === undefined ? 'active' : 'asking';
  const untilDue: ThreadStates[string] = {
    entry: 'startWait',
    after: { untilNext: { target: begin, actions: 'clearWait' } },
    on: { 'THREAD.PAUSE': standStill, 'THREAD.STOP': stopped },
  };

  // Before heavy work and before the next sector, the thread may have to queue for a permit.
  const beforeWork = { 'THREAD.PAUSE': standStill, 'THREAD.STOP': stopped };
  const granted = { guard: 'isGranted' as const, target: 'active', actions: 'takePlace' as const };
  const asking: ThreadStates[string] = {
    invoke: {
      src: 'askPlace',
      input: ({ context }) => ({ name: place ?? '', isResumed: context.isResumed }),
      onDone: [granted, { target: 'waiting' }],
      onError: failed,
    },
    on: beforeWork,
  };
  const waiting: ThreadStates[string] = {
    invoke: { src: 'awaitPlace', onDone: granted, onError: failed },
    on: beforeWork,
  };

  return {
    id: state.name,
    initial: 'entering',
    states: {
      entering: {
        always: [
          { guard: 'isStopping', target: stopped },
          { guard: 'isPaused', target: 'paused' },
          { guard: 'isHalfPaused', target: 'paused', actions: ['hold', 'commit'] },
          { guard: 'mustRest', target: 'resting' },
          { guard: 'mustRetry', target: 'retrying' },
          { guard: 'mustWait', target: 'idle' },
          { target: begin },
        ],
      },
      ...(place === undefined ? {} : { asking, waiting }),
      active: activeMode(plan, state, { again, standStill, failed }),
      idle: untilDue,
      retrying: untilDue,
      resting: untilDue,
      paused: { on: { 'THREAD.STOP': stopped } },
    },
  };
}
