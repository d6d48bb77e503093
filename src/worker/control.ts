/** The one way in: every control becomes an event to the worker actor, whichever door it came through. */
import { createActor } from 'xstate';
import { workerMachine } from '../../machines/index.js';
import type { ThreadCommand } from '../../machines/worker.js';
import { SealvisorError } from '../protocol/errors.js';
import type { ControlReply, DryRun } from '../protocol/thread.js';
import type { WorkerControl } from './control-words.js';
import type { Outcome, ThreadSlot } from './thread-slot.js';

const commandDeadlineMs = 10_000;

export type ThreadControl = Pick<
  WorkerControl,
  'threads' | 'thread' | 'pause' | 'resume' | 'restart' | 'dryRun'
>;

/** What stands behind the actor: the threads, and how a failed one is started again. */
export interface ControlledThreads {
  readonly slots: readonly ThreadSlot[];
  /** False when the thread is not failed. */
  restart(index: number): Promise<boolean>;
}

export function createWorkerControl({ slots, restart }: ControlledThreads) {
  const waiting = new Map<number, { resolve(outcome: Outcome): void; reject(reason: unknown): void }>();
  let lastId = 0;

  const machine = workerMachine.provide({
    actions: {
      forward: ({ event }) => {
        if (event.type !== 'THREAD.COMMAND') return;
        const { id, index, command } = event;
        const asker = waiting.get(id);
        const slot = slots[index];
        if (!slot) return;
        const outcome =
          command.type === 'THREAD.RESTART'
            ? restart(index).then((changed) => ({ changed, view: slot.view() }))
            : slot.send(command, commandDeadlineMs);
        outcome.then(asker?.resolve, asker?.reject);
      },
      refuse: ({ event }) => {
        if (event.type !== 'THREAD.COMMAND') return;
        waiting.get(event.id)?.reject(stopping());
      },
    },
  });
  const actor = createActor(machine, { input: { count: slots.length } });
  actor.start();

  const slotOf = (index: number) => {
    const slot = Number.isInteger(index) ? slots[index] : undefined;
    if (slot) return slot;
    const allowed = slots.length === 1 ? 'only 0' : `0 to ${slots.length - 1}`;
    throw new SealvisorError('thread_not_found', `no thread #${index}: the index is ${allowed}`);
  };
  const send = async (index: number, command: ThreadCommand['command']): Promise<Outcome> => {
    slotOf(index);
    // An actor that has ended hears nothing: nobody would answer.
    if (actor.getSnapshot().status !== 'active') throw stopping();
    const id = ++lastId;
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        actor.send({ type: 'THREAD.COMMAND', id, index, command });
      });
    } finally {
      waiting.delete(id);
    }
  };
  const reply = ({ changed, view }: Outcome, message: string): ControlReply => ({
    ...view,
    changed,
    message,
  });

  const control: ThreadControl = {
    threads: () => slots.map((slot) => slot.view()),
    thread: (index) => slotOf(index).view(),
    pause: async (index, { how = 'after-stage', reason = null, by = 'operator' }) => {
      if (how === 'freeze')
        throw new SealvisorError(
          'freeze_refused',
          `thread #${index} has no process of its own to stop: its stages run inside the thread; pause without freeze, or now`,
        );
      const outcome = await send(index, { type: 'THREAD.PAUSE', how, by, reason });
      return reply(outcome, pauseText(outcome));
    },
    resume: async (index, { state = null, reason = null, by = 'operator' }) => {
      const outcome = await send(index, { type: 'THREAD.RESUME', state, by, reason });
      return reply(outcome, resumeText(outcome));
    },
    restart: async (index, { reason = null, by = 'operator' }) => {
      const outcome = await send(index, { type: 'THREAD.RESTART', by, reason });
      return reply(outcome, restartText(outcome));
    },
    dryRun: (index, { state = null }) => slotOf(index).call<DryRun>('preview', [state], commandDeadlineMs),
  };
  return { control, actor };
}

const stopping = () => new SealvisorError('shutting_down', 'the worker is stopping');

function pauseText({ changed, view }: Outcome): string {
  const thread = `thread #${view.index}`;
  if (view.mode === 'pausing')
    return changed
      ? `${thread} is pausing: it stands still when ${view.stage} is done`
      : `${thread} is pausing already: it stands still when ${view.stage} is done`;
  return changed ? `${thread} is paused at ${view.state}` : `${thread} was paused already, at ${view.state}`;
}

function resumeText({ changed, view }: Outcome): string {
  const thread = `thread #${view.index}`;
  if (changed && view.state === 'Aborted')
    return `${thread} gives ${view.sector?.id ?? 'its sector'} up: it tells the manager and goes on with the next`;
  return changed
    ? `${thread} goes on at ${view.state}`
    : `${thread} is not paused: it is ${view.mode} at ${view.state}`;
}

function restartText({ changed, view }: Outcome): string {
  const thread = `thread #${view.index}`;
  if (!changed) return `${thread} is not failed: it is ${view.mode} at ${view.state}`;
  return view.mode === 'failed'
    ? `${thread} failed again: ${view.lastError?.message ?? 'see the log'}`
    : `${thread} is started again: ${view.mode} at ${view.state}`;
}
