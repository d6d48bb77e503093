/** The single entry for commands: each one becomes an event to the worker actor, from whichever source it comes. */
import { createActor } from 'xstate';
import { workerMachine } from '../../machines/index.js';
import type { OwnCommand, Reply, ThreadCommand, WorkerEvent } from '../../machines/worker.js';
import { obeyed, type WorkerCommand, type WorkerRecord } from '../../machines/worker-record.js';
import { inTurn } from '../actors/in-turn.js';
import { timestamp } from '../protocol/clock.js';
import { doneOnce } from '../protocol/done-once.js';
import { SealvisorError } from '../protocol/errors.js';
import { someOf } from '../protocol/some-of.js';
import type { CommandOutcome, ControlReply, ThreadMode, ThreadView } from '../protocol/thread.js';
import type { WorkerControl } from './control-words.js';
import { type FreezeDesk, freezing } from './processors/freezing.js';
import type { ThreadSlot } from './roster/slot.js';

export type ThreadControl = Pick<
  WorkerControl,
  'threads' | 'thread' | 'pause' | 'resume' | 'restart' | 'dryRun' | 'life'
>;

/** What the actor controls: the threads, and the worker's own record. */
export interface Controlled {
  /** By index, ascending. */
  slots(): readonly ThreadSlot[];
  /** Restarts a failed thread; false if it is not failed. */
  restart(index: number): Promise<boolean>;
  readonly processes: FreezeDesk;
  readonly record: WorkerRecord;
  /** Makes the worker's record durable. @throws store_failed, disk_hung */
  write(record: WorkerRecord): Promise<void>;
  /** Makes the worker behave as the record says. */
  apply(record: WorkerRecord, before: WorkerRecord): void;
}

const commandDeadlineMs = 10_000;
/** Modes in which a requested pause is not settled yet. */
const unsettled: readonly ThreadMode[] = ['pausing', 'restarting'];

export function createWorkerControl(controlled: Controlled) {
  const { slots } = controlled;
  const { actor, answered } = controlActor(controlled);
  const slotOf = (index: number) => slotIn(slots(), index);
  const toThread = threadCommands(answered, controlled);
  const frozen = freezing(controlled.processes);
  const once = doneOnce();

  const control: ThreadControl = {
    life: () => actor.getSnapshot().value,
    threads: () => slots().map((slot) => slot.view()),
    thread: (index) => slotOf(index).view(),
    pause: async (index, { how = 'after-stage', reason = null, by = 'operator', ...request }) => {
      const { waitMs = 0, signal, drain } = request;
      const slot = slotOf(index);
      const command = { type: 'THREAD.PAUSE', how, by, reason, drain } as const;
      const outcome = await frozen.pause(slot, how, () => toThread(slot, command, request));
      if (waitMs <= 0 || outcome.view.mode !== 'pausing') return reply(outcome);
      // A thread that crashes meanwhile is paused after its restart.
      const view = await slot.until(({ mode }) => !unsettled.includes(mode), waitMs, signal);
      const message = unsettled.includes(view.mode) ? outcome.message : waitedText(view);
      return reply({ ...outcome, view, message });
    },
    resume: async (
      index,
      { state: asked = null, force = false, reason = null, by = 'operator', ...request },
    ) => {
      const slot = slotOf(index);
      const state = meantState(asked);
      const command = { type: 'THREAD.RESUME', state, force, by, reason } as const;
      return reply(await frozen.resume(index, state, () => toThread(slot, command, request)));
    },
    restart: async (index, { id, reason = null, by = 'operator' }) => {
      const slot = slotOf(index);
      const restart = () => toThread(slot, { type: 'THREAD.RESTART', by, reason }, { id });
      return reply({ ...(await once(id, ['restart', index], restart)), view: slot.view() });
    },
    dryRun: (index, { state = null, force = false }) =>
      slotOf(index).within(commandDeadlineMs).preview(meantState(state), force),
  };
  return {
    control,
    actor,
    slotOf,
    /** Sends a command for the worker itself; false if it changes nothing. @throws store_failed, disk_hung, shutting_down */
    command: (command: WorkerCommand) =>
      answered<boolean>((reply) => ({ type: 'WORKER.COMMAND', command, reply })),
  };
}

/** The worker actor, started, with the implementations of its machine's actions. */
function controlActor({ record: first, write, apply }: Controlled) {
  const oneAtATime = inTurn();
  const written = async ({ command }: OwnCommand) => {
    const before = actor.getSnapshot().context.record;
    const record = obeyed(before, command, timestamp(Date.now()));
    if (record !== before) {
      await write(record);
      actor.send({ type: 'worker.changed', record });
      apply(record, before);
    }
    return record !== before;
  };
  const machine = workerMachine.provide({
    actions: {
      forward: ({ event }) => {
        if (event.type === 'THREAD.COMMAND') event.reply.resolve(event.carryOut());
      },
      // One at a time: each starts from the record that the previous one made durable.
      execute: ({ event }) => {
        if (event.type !== 'WORKER.COMMAND') return;
        void oneAtATime(() => written(event)).then(event.reply.resolve, event.reply.reject);
      },
      refuse: ({ event }) => {
        if ('reply' in event) event.reply.reject(stopping());
      },
    },
  });
  const actor = createActor(machine, { input: { record: first } });
  actor.start();
  /** Sends the worker actor a command, and waits for its reply. @throws shutting_down */
  const answered = async <T>(commandWith: (reply: Reply<T>) => WorkerEvent): Promise<T> => {
    // An actor that has ended drops events: the reply would never come.
    if (actor.getSnapshot().status !== 'active') throw stopping();
    const { promise, ...reply } = Promise.withResolvers<T>();
    actor.send(commandWith(reply));
    return promise;
  };
  return { actor, answered };
}

/** Sends a command to a slot. */
function threadCommands(
  answered: ReturnType<typeof controlActor>['answered'],
  { restart }: Pick<Controlled, 'restart'>,
) {
  const restarted = async (slot: ThreadSlot): Promise<CommandOutcome> => {
    const changed = await restart(slot.index);
    const view = slot.view();
    return { changed, view, message: restartText({ changed, view }) };
  };
  return (
    slot: ThreadSlot,
    command: ThreadCommand['command'],
    { id, ifRevision }: { id?: string | undefined; ifRevision?: number | undefined } = {},
  ): Promise<CommandOutcome> =>
    answered((reply) => ({
      ...{ type: 'THREAD.COMMAND', index: slot.index, command },
      ...{ commandId: id, ifRevision, reply },
      carryOut: () =>
        command.type === 'THREAD.RESTART'
          ? restarted(slot)
          : slot.obey(command, { id, ifRevision }, commandDeadlineMs),
    }));
}

const reply = ({ changed, view, message }: CommandOutcome): ControlReply => ({ ...view, changed, message });

/** @throws thread_not_found, which lists the existing indexes */
function slotIn(slots: readonly ThreadSlot[], index: number): ThreadSlot {
  const slot = slots.find((each) => each.index === index);
  if (slot) return slot;
  const known = slots.map((each) => each.index);
  const isWhole = known.length > 1 && known.every((each, at) => each === at);
  const allowed = isWhole
    ? `0 to ${known.length - 1}`
    : known.length === 1
      ? `only ${known[0]}`
      : someOf(known.map(String));
  throw new SealvisorError('thread_not_found', `no thread #${index}: the index is ${allowed}`);
}

/** Upstream's command line writes `Abort` for the state `Aborted`. */
const meantState = (state: string | null) => (state === 'Abort' ? 'Aborted' : state);

const stopping = () => new SealvisorError('shutting_down', 'the worker is stopping');

/** The outcome of a pause that the request waited for. */
function waitedText({ index, mode, state }: Pick<ThreadView, 'index' | 'mode' | 'state'>): string {
  return mode === 'paused'
    ? `thread #${index} is paused at ${state}`
    : `thread #${index} was not paused: it is ${mode} at ${state}`;
}

function restartText({ changed, view }: Pick<CommandOutcome, 'changed' | 'view'>): string {
  const thread = `thread #${view.index}`;
  if (!changed) return `${thread} is not failed: it is ${view.mode} at ${view.state}`;
  return view.mode === 'failed'
    ? `${thread} failed again: ${view.lastError?.message ?? 'see the log'}`
    : `${thread} is started again: ${view.mode} at ${view.state}`;
}
