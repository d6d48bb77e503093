import { assign, setup } from 'xstate';
import type { CommandOutcome } from '../src/protocol/thread.js';
import type { PauseCommand, ResumeCommand } from './command-changes.js';
import type { WorkerCommand, WorkerRecord } from './worker-record.js';

/** Starts a failed thread again. */
export interface RestartCommand {
  readonly type: 'THREAD.RESTART';
  readonly by: string;
  readonly reason: string | null;
}

/** Where the sender of a command waits for its answer. */
export type Reply<T> = Pick<PromiseWithResolvers<T>, 'resolve' | 'reject'>;

/** A command for one thread, which goes to the thread as it is. */
export interface ThreadCommand {
  readonly type: 'THREAD.COMMAND';
  readonly index: number;
  readonly command: PauseCommand | ResumeCommand | RestartCommand;
  /** A command that comes again under the same id is done once. */
  readonly commandId?: string | undefined;
  /** Refused when the thread is at another revision. */
  readonly ifRevision?: number | undefined;
  /** Has the thread do it; whoever sends the command has looked the thread up. */
  carryOut(): Promise<CommandOutcome>;
  readonly reply: Reply<CommandOutcome>;
}

/** A command for the worker itself; the answer is whether it changed anything. */
export interface OwnCommand {
  readonly type: 'WORKER.COMMAND';
  readonly command: WorkerCommand;
  readonly reply: Reply<boolean>;
}

export interface WorkerThread {
  readonly status: 'starting' | 'up' | 'restarting' | 'failed';
  readonly incarnation: number;
  readonly lastExit: string | null;
}

export type WorkerEvent =
  | ThreadCommand
  | OwnCommand
  /** A command was written: the worker is as the record says. */
  | { readonly type: 'worker.changed'; readonly record: WorkerRecord }
  | { readonly type: 'thread.started'; readonly index: number; readonly incarnation: number }
  | { readonly type: 'thread.exited'; readonly index: number; readonly reason: string }
  | { readonly type: 'thread.restarting'; readonly index: number }
  | { readonly type: 'thread.failed'; readonly index: number; readonly reason: string }
  | { readonly type: 'thread.removed'; readonly index: number }
  | { readonly type: 'WORKER.SERVE' }
  | { readonly type: 'WORKER.STOP' }
  | { readonly type: 'worker.stopped' };

export interface WorkerContext {
  readonly threads: Readonly<Record<number, WorkerThread>>;
  readonly record: WorkerRecord;
}

const unknownThread: WorkerThread = { status: 'starting', incarnation: 0, lastExit: null };

function changed(context: WorkerContext, index: number, facts: Partial<WorkerThread>) {
  const before = context.threads[index] ?? unknownThread;
  return { threads: { ...context.threads, [index]: { ...before, ...facts } } };
}

/**
 * The worker actor: every control comes in here. `forward` hands a thread's command on, `execute` writes the worker's
 * own and sends `worker.changed`, `refuse` rejects the command; each answers the command's own reply. Its life follows its record.
 */
export const workerMachine = setup({
  // XState takes these types from a value that it never reads.
  types: {} as {
    context: WorkerContext;
    events: WorkerEvent;
    input: { readonly record: WorkerRecord };
  },
  actions: {
    forward: () => {},
    execute: () => {},
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
    recordRemoval: assign(({ context, event }) => {
      if (event.type !== 'thread.removed') return context;
      const { [event.index]: _gone, ...threads } = context.threads;
      return { threads };
    }),
    keepRecord: assign(({ context, event }) =>
      event.type === 'worker.changed' ? { record: event.record } : context,
    ),
  },
  guards: {
    isCordoned: ({ context }) => context.record.cordon !== null,
    isDraining: ({ context }) => context.record.drain !== null,
    isOpen: ({ context }) => context.record.cordon === null && context.record.drain === null,
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ threads: {}, record: input.record }),
  initial: 'booting',
  on: {
    'thread.started': { actions: 'recordStart' },
    'thread.exited': { actions: 'recordExit' },
    'thread.restarting': { actions: 'recordRestart' },
    'thread.failed': { actions: 'recordFailure' },
    'thread.removed': { actions: 'recordRemoval' },
    'THREAD.COMMAND': { actions: 'forward' },
    'WORKER.COMMAND': { actions: 'execute' },
    'worker.changed': { actions: 'keepRecord' },
    'WORKER.STOP': '.stopping',
  },
  states: {
    booting: { on: { 'WORKER.SERVE': 'serving' } },
    serving: {
      always: [
        { guard: 'isDraining', target: 'draining' },
        { guard: 'isCordoned', target: 'cordoned' },
      ],
    },
    cordoned: {
      always: [
        { guard: 'isDraining', target: 'draining' },
        { guard: 'isOpen', target: 'serving' },
      ],
    },
    draining: { always: { guard: 'isOpen', target: 'serving' } },
    stopping: {
      on: {
        'THREAD.COMMAND': { actions: 'refuse' },
        'WORKER.COMMAND': { actions: 'refuse' },
        'worker.stopped': 'stopped',
        'WORKER.STOP': {},
      },
    },
    stopped: { type: 'final' },
  },
});
