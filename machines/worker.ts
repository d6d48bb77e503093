import { assign, setup } from 'xstate';
import type { CommandOutcome } from '../src/protocol/thread.js';
import type { PauseCommand, ResumeCommand } from './command-changes.js';
import type { WorkerCommand, WorkerRecord } from './worker-record.js';

/** Restarts a failed thread. */
export interface RestartCommand {
  readonly type: 'THREAD.RESTART';
  readonly by: string;
  readonly reason: string | null;
}

/** Settles the answer that the sender of a command waits for. */
export type Reply<T> = Pick<PromiseWithResolvers<T>, 'resolve' | 'reject'>;

/** A command for one thread, forwarded unchanged. */
export interface ThreadCommand {
  readonly type: 'THREAD.COMMAND';
  readonly index: number;
  readonly command: PauseCommand | ResumeCommand | RestartCommand;
  /** A command that is repeated under the same id is carried out once. */
  readonly commandId?: string | undefined;
  /** Refused when the thread is at another revision. */
  readonly ifRevision?: number | undefined;
  /** Makes the thread carry out the command; the sender has already looked up the thread. */
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
  /** A command was written: `record` is the new state of the worker. */
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
 * The worker actor, which receives all commands. `forward` passes a thread's command on, `execute` writes the worker's own
 * command and sends `worker.changed`, `refuse` rejects it; each settles the command's `reply`. Its state follows its record.
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
