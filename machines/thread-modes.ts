/** The modes a thread can be in while its sector is in one state of the plan (docs/architecture.md, modes). */
import { endStates, type Plan, type PlanState, placeName } from './plan.js';
import type { ThreadStates } from './thread-parts.js';

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

export function modesOf(plan: Plan, state: PlanState): ThreadStates[string] {
  const place = placeName(state);
  const isHeavy = state.processor !== undefined;
  const again = `#${state.name}`;
  const paused = `#${state.name}.paused`;
  const stopped = '#stopped';
  const standStill = {
    target: paused,
    actions: ['leaveLine' as const, 'standStill' as const, 'commit' as const],
  };
  const stopAfterStage = { target: 'stopping', actions: 'markStopping' as const };
  const fail = { actions: ['fail' as const, 'commit' as const], reenter: true };
  // What is aborted already cannot be aborted again: what is in the way is for a person.
  const isAborted = state.name === 'Aborted';
  const failed = [
    ...(isAborted ? [] : [{ guard: 'givesUp' as const, target: '#Aborted', ...fail }]),
    { target: again, ...fail },
  ];
  const begin = place === undefined ? 'active' : 'asking';
  const untilDue: ThreadStates[string] = {
    entry: 'startWait',
    after: { untilNext: { target: begin, actions: 'clearWait' } },
    on: { 'THREAD.PAUSE': standStill, 'THREAD.STOP': stopped },
  };

  // Before heavy work, and before the next sector, there may be others.
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

  const active: ThreadStates[string] = {
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
    states: {
      running: {
        on: {
          'THREAD.PAUSE': isHeavy
            ? [
                { guard: 'pausesNow', ...standStill },
                { guard: 'freezes', target: 'frozen', actions: ['freeze', 'commit'] },
                { target: 'pausing', actions: ['keepIntent', 'commit'] },
              ]
            : standStill,
          'THREAD.STOP': isHeavy ? stopAfterStage : stopped,
        },
      },
      pausing: {
        on: {
          'THREAD.PAUSE': [
            { guard: 'pausesNow', ...standStill },
            { guard: 'freezes', target: 'frozen', actions: ['freeze', 'commit'] },
          ],
          'THREAD.RESUME': { guard: 'goesOn', target: 'running', actions: ['cancelPause', 'commit'] },
          'THREAD.STOP': stopAfterStage,
        },
      },
      frozen: {
        entry: 'stopClock',
        exit: 'goOnClock',
        on: {
          'THREAD.PAUSE': { guard: 'pausesNow', ...standStill },
          'THREAD.RESUME': { guard: 'goesOn', target: 'running', actions: ['cancelPause', 'commit'] },
          'THREAD.STOP': stopped,
        },
      },
      stopping: {},
    },
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
      active,
      idle: untilDue,
      retrying: untilDue,
      resting: untilDue,
      paused: { on: { 'THREAD.STOP': stopped } },
    },
  };
}
