/** The one way in: every control becomes an event to the worker actor, whichever door it came through. */
import { createActor } from 'xstate';
import { workerMachine } from '../../machines/index.js';
import type { OwnCommand, Reply, ThreadCommand, WorkerEvent } from '../../machines/worker.js';
import { obeyed, type WorkerCommand, type WorkerRecord } from '../../machines/worker-record.js';
import { timestamp } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { someOf } from '../protocol/some-of.js';
import type { CommandOutcome, ControlReply, DryRun, ThreadMode } from '../protocol/thread.js';
import { waitedText } from './border/command-text.js';
import type { WorkerControl } from './control-words.js';
import { type FreezeDesk, freezing } from './processors/freezing.js';
import type { ThreadSlot } from './roster/slot.js';

export type ThreadControl = Pick<
  WorkerControl,
  'threads' | 'thread' | 'pause' | 'resume' | 'restart' | 'dryRun'
>;

/** What stands behind the actor: the threads, and the worker's own record. */
export interface Controlled {
  /** By index, ascending. */
  slots(): readonly ThreadSlot[];
  /** Starts a failed thread again; false when it is not failed. */
  restart(index: number): Promise<boolean>;
  readonly processes: FreezeDesk;
  readonly record: WorkerRecord;
  /** Makes the worker's record durable. @throws store_failed, disk_hung */
  write(record: WorkerRecord): Promise<void>;
  /** The worker is as the record says. */
  apply(record: WorkerRecord, before: WorkerRecord): void;
}

const commandDeadlineMs = 10_000;
/** A pause has been asked for and not come to its end. */
const unsettled: readonly ThreadMode[] = ['pausing', 'restarting'];

export function createWorkerControl(controlled: Controlled) {
  const { slots, restart } = controlled;
  let lastWrite: Promise<void> = Promise.resolve();
  const slotOf = (index: number) => slotIn(slots(), index);
  const restarted = async (slot: ThreadSlot): Promise<CommandOutcome> => {
    const changed = await restart(slot.index);
    const view = slot.view();
    return { changed, view, message: restartText({ changed, view }) };
  };
  /** @throws thread_not_found when it has left since */
  const obeyedBy = async ({ index, command, commandId, ifRevision }: ThreadCommand) => {
    const slot = slotOf(index);
    if (command.type === 'THREAD.RESTART') return restarted(slot);
    return slot.obey(command, { id: commandId, ifRevision }, commandDeadlineMs);
  };
  const written = async ({ command }: OwnCommand) => {
    const before = actor.getSnapshot().context.record;
    const record = obeyed(before, command, timestamp(Date.now()));
    if (record !== before) {
      await controlled.write(record);
      actor.send({ type: 'worker.changed', record });
      controlled.apply(record, before);
    }
    return record !== before;
  };
  const machine = workerMachine.provide({
    actions: {
      forward: ({ event }) => {
        if (event.type === 'THREAD.COMMAND') event.reply.resolve(obeyedBy(event));
      },
      // One after the other: each goes by what the one before it has made durable.
      execute: ({ event }) => {
        if (event.type !== 'WORKER.COMMAND') return;
        lastWrite = lastWrite.then(() => written(event)).then(event.reply.resolve, event.reply.reject);
      },
      refuse: ({ event }) => {
        if ('reply' in event) event.reply.reject(stopping());
      },
    },
  });
  const actor = createActor(machine, { input: { record: controlled.record } });
  actor.start();

  /** Sends the worker actor a command, and waits for its reply. */
  const answered = async <T>(commandWith: (reply: Reply<T>) => WorkerEvent): Promise<T> => {
    // An actor that has ended takes no event: nobody would reply.
    if (actor.getSnapshot().status !== 'active') throw stopping();
    const { promise, ...reply } = Promise.withResolvers<T>();
    actor.send(commandWith(reply));
    return promise;
  };
  const toThread = (
    index: number,
    command: ThreadCommand['command'],
    { id: commandId, ifRevision }: { id?: string | undefined; ifRevision?: number | undefined } = {},
  ): Promise<CommandOutcome> => {
    slotOf(index);
    return answered((reply) => ({
      type: 'THREAD.COMMAND',
      index,
      command,
      commandId,
      ifRevision,
      reply,
    }));
  };
  const reply = ({ changed, view, message }: CommandOutcome): ControlReply => ({ ...view, changed, message });
  const frozen = freezing(controlled.processes);

  const control: ThreadControl = {
    threads: () => slots().map((slot) => slot.view()),
    thread: (index) => slotOf(index).view(),
    pause: async (index, { how = 'after-stage', reason = null, by = 'operator', ...request }) => {
      const { waitMs = 0, signal, drain } = request;
      const slot = slotOf(index);
      const command = { type: 'THREAD.PAUSE', how, by, reason, drain } as const;
      const outcome = await frozen.pause(slot.view(), how, () => toThread(index, command, request));
      if (waitMs <= 0 || outcome.view.mode !== 'pausing') return reply(outcome);
      // A thread that dies meanwhile stands still when it is back.
      const view = await slot.until(({ mode }) => !unsettled.includes(mode), waitMs, signal);
      const message = unsettled.includes(view.mode) ? outcome.message : waitedText(view);
      return reply({ ...outcome, view, message });
    },
    resume: async (
      index,
      { state: asked = null, force = false, reason = null, by = 'operator', ...request },
    ) => {
      const state = meantState(asked);
      const command = { type: 'THREAD.RESUME', state, force, by, reason } as const;
      return reply(await frozen.resume(index, state, () => toThread(index, command, request)));
    },
    restart: async (index, { reason = null, by = 'operator' }) =>
      reply(await toThread(index, { type: 'THREAD.RESTART', by, reason })),
    dryRun: (index, { state = null, force = false }) =>
      slotOf(index).call<DryRun>('preview', [meantState(state), force], commandDeadlineMs),
  };
  return {
    control,
    actor,
    slotOf,
    /** A command for the worker itself; false when it changes nothing. @throws store_failed, disk_hung, shutting_down */
    command: (command: WorkerCommand) =>
      answered<boolean>((reply) => ({ type: 'WORKER.COMMAND', command, reply })),
  };
}

/** @throws thread_not_found, which names the indexes that there are */
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

function restartText({ changed, view }: Pick<CommandOutcome, 'changed' | 'view'>): string {
  const thread = `thread #${view.index}`;
  if (!changed) return `${thread} is not failed: it is ${view.mode} at ${view.state}`;
  return view.mode === 'failed'
    ? `${thread} failed again: ${view.lastError?.message ?? 'see the log'}`
    : `${thread} is started again: ${view.mode} at ${view.state}`;
}
