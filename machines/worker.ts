import { assign, setup } from 'xstate';
import type { PauseCommand, ResumeCommand } from './record-changes.js';

/** A command for one thread. `id` ties the answer to who asked; the command itself goes to the thread as it is. */
export interface ThreadCommand {
  readonly type: 'THREAD.COMMAND';
  readonly id: number;
  readonly index: number;
  readonly command: PauseCommand | ResumeCommand;
}

export interface WorkerThread {
  readonly status: 'starting' | 'up' | 'restarting' | 'failed' | 'stopped';
  readonly incarnation: number;
  readonly lastExit: string | null;
}

export type WorkerEvent =
  | ThreadCommand
  | { readonly type: 'thread.started'; readonly index: number; readonly incarnation: number }
  | { readonly type: 'thread.exited'; readonly index: number; readonly reason: string }
  | { readonly type: 'thread.restarting'; readonly index: number }
  | { readonly type: 'thread.failed'; readonly index: number; readonly reason: string }
  | { readonly type: 'WORKER.SERVE' }
  | { readonly type: 'WORKER.STOP' }
  | { readonly type: 'worker.stopped' };

export interface WorkerContext {
  readonly threads: Readonly<Record<number, WorkerThread>>;
}

const unknownThread: WorkerThread = { status: 'starting', incarnation: 0, lastExit: null };

function changed(context: WorkerContext, index: number, facts: Partial<WorkerThread>): WorkerContext {
  const before = context.threads[index] ?? unknownThread;
  return { threads: { ...context.threads, [index]: { ...before, ...facts } } };
}

/** The worker actor: every control comes in here; `forward` hands it to its thread, `refuse` says why not. */
export const workerMachine = setup({
  types: {
    context: {} as WorkerContext,
    events: {} as WorkerEvent,
    input: {} as { readonly count: number },
  },
  actions: {
    forward: () => {},
    refuse: () => {},
    recordStart: assign(({ context, event }) =>
      event.type === 'thread.started'
        ? changed(context, event.index, { status: 'up', incarnation: event.incarnation })
        : context,
    ),
    recordExit: assign(({ context, event }) =>
      event.type === 'thread.exited' ? changed(context, event.index, { lastExit: event.reason }) : context,
    ),
    recordRestart: assign(({ context, event }) =>
      event.type === 'thread.restarting' ? changed(context, event.index, { status: 'restarting' }) : context,
    ),
    recordFailure: assign(({ context, event }) =>
      event.type === 'thread.failed'
        ? changed(context, event.index, { status: 'failed', lastExit: event.reason })
        : context,
    ),
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({
    threads: Object.fromEntries(Array.from({ length: input.count }, (_, index) => [index, unknownThread])),
  }),
  initial: 'booting',
  on: {
    'thread.started': { actions: 'recordStart' },
    'thread.exited': { actions: 'recordExit' },
    'thread.restarting': { actions: 'recordRestart' },
    'thread.failed': { actions: 'recordFailure' },
    'WORKER.STOP': '.draining',
  },
  states: {
    booting: { on: { 'WORKER.SERVE': 'serving', 'THREAD.COMMAND': { actions: 'forward' } } },
    serving: { on: { 'THREAD.COMMAND': { actions: 'forward' } } },
    draining: {
      on: { 'THREAD.COMMAND': { actions: 'refuse' }, 'worker.stopped': 'stopped', 'WORKER.STOP': {} },
    },
    stopped: { type: 'final' },
  },
});
