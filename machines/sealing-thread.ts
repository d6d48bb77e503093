import type { Plan } from './plan.js';
import { modesOf } from './thread-modes.js';
import { threadParts } from './thread-parts.js';
import type { ThreadWork } from './thread-words.js';

/** For viewing the chart only. */
const noWork: ThreadWork = {
  stage: () => Promise.reject(new Error('no stage was provided')),
  askPlace: async () => ({ granted: true, isProbe: false }),
  awaitPlace: async () => ({ granted: true, isProbe: false }),
  commit: () => undefined,
  leaveLine: () => undefined,
};

/**
 * The machine of one sealing thread, built from its plan's table. Each state of the plan contains the modes that the
 * thread can be in there. The work, the permits and the durable write are injected; `commit` runs before the next step.
 */
export function sealingThread(plan: Plan, work: ThreadWork = noWork) {
  return threadParts(plan, work).createMachine({
    id: plan.name,
    context: ({ input }) => ({
      ...input,
      row: null,
      startedMs: input.steady(),
      frozenMs: input.steady(),
      dueMs: input.steady(),
      idleReason: null,
      isStopping: false,
      isProbe: false,
      isResumed: false,
    }),
    initial: 'booting',
    on: {
      'THREAD.RESUME': plan.states.map((state) => ({
        guard: { type: 'resumesTo' as const, params: { state: state.name } },
        target: `#${state.name}`,
        reenter: true,
        actions: ['resume' as const, 'commit' as const],
      })),
      'SECTOR.LOST': {
        guard: 'isLost',
        target: '#Aborted',
        reenter: true,
        actions: ['leaveLine', 'lose', 'commit'],
      },
    },
    states: {
      booting: {
        always: plan.states.map((state) => ({
          guard: { type: 'isRecordedAs' as const, params: { state: state.name } },
          target: `#${state.name}`,
        })),
      },
      ...Object.fromEntries(plan.states.map((state) => [state.name, modesOf(plan, state)])),
      stopped: { id: 'stopped', type: 'final' },
    },
  });
}
