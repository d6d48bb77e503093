/** The one way in: every control becomes an event to the worker actor, whichever door it came through. */
import { createActor } from 'xstate';
import { workerMachine } from '../../machines/index.js';
import type { ThreadCommand, WorkerEvent } from '../../machines/worker.js';
import { obeyed, type WorkerCommand, type WorkerRecord } from '../../machines/worker-record.js';
import { timestamp } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { someOf } from '../protocol/some-of.js';
import type { ControlReply, DryRun, ThreadMode } from '../protocol/thread.js';
import { waitedText } from './border/command-text.js';
import type { Outcome } from './border/commands.js';
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
  const askers = new Map<
    number,
    { resolve(outcome: Outcome | boolean): void; reject(reason: unknown): void }
  >();
  let lastId = 0;
  let lastWrite: Promise<void> = Promise.resolve();
  const find = (index: number) => slots().find((slot) => slot.index === index);
  const restarted = async (slot: ThreadSlot): Promise<Outcome> => {
    const changed = await restart(slot.index);
    const view = slot.view();
    return { changed, view, message: restartText({ changed, view }) };
  };
  const written = async ({ id, command }: Extract<WorkerEvent, { readonly type: 'WORKER.COMMAND' }>) => {
    const before = actor.getSnapshot().context.record;
    const record = obeyed(before, command, timestamp(Date.now()));
    if (record !== before) {
      await controlled.write(record);
      actor.send({ type: 'worker.changed', record });
      controlled.apply(record, before);
    }
    askers.get(id)?.resolve(record !== before);
  };
  const machine = workerMachine.provide({
    actions: {
      forward: ({ event }) => {
        if (event.type !== 'THREAD.COMMAND') return;
        const { id, index, command, commandId, ifRevision } = event;
        const slot = find(index);
        if (!slot) return;
        const outcome =
          command.type === 'THREAD.RESTART'
            ? restarted(slot)
            : slot.obey(command, { id: commandId, ifRevision }, commandDeadlineMs);
        outcome.then(askers.get(id)?.resolve, askers.get(id)?.reject);
      },
      // One after the other: each goes by what the one before it has made durable.
      execute: ({ event }) => {
        if (event.type !== 'WORKER.COMMAND') return;
        lastWrite = lastWrite.then(() => written(event)).catch(askers.get(event.id)?.reject);
      },
      refuse: ({ event }) => {
        if ('id' in event) askers.get(event.id)?.reject(stopping());
      },
    },
  });
  const actor = createActor(machine, { input: { record: controlled.record } });
  actor.start();

  const slotOf = (index: number) => {
    const slot = find(index);
    if (slot) return slot;
    const known = slots().map((each) => each.index);
    const isWhole = known.length > 1 && known.every((each, at) => each === at);
    const allowed = isWhole
      ? `0 to ${known.length - 1}`
      : known.length === 1
        ? `only ${known[0]}`
        : someOf(known.map(String));
    throw new SealvisorError('thread_not_found', `no thread #${index}: the index is ${allowed}`);
  };
  const asked = async <T extends Outcome | boolean>(send: (id: number) => void): Promise<T> => {
    // An actor that has ended hears nothing: nobody would answer.
    if (actor.getSnapshot().status !== 'active') throw stopping();
    const id = ++lastId;
    try {
      // Each command is answered by its own kind of answer.
      return (await new Promise<Outcome | boolean>((resolve, reject) => {
        askers.set(id, { resolve, reject });
        send(id);
      })) as T;
    } finally {
      askers.delete(id);
    }
  };
  const toThread = (
    index: number,
    command: ThreadCommand['command'],
    { id: commandId, ifRevision }: { id?: string | undefined; ifRevision?: number | undefined } = {},
  ): Promise<Outcome> => {
    slotOf(index);
    return asked((id) => actor.send({ type: 'THREAD.COMMAND', id, index, command, commandId, ifRevision }));
  };
  const reply = ({ changed, view, message }: Outcome): ControlReply => ({ ...view, changed, message });
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
      asked<boolean>((id) => actor.send({ type: 'WORKER.COMMAND', id, command })),
  };
}

/** Upstream's command line writes `Abort` for the state `Aborted`. */
const meantState = (state: string | null) => (state === 'Abort' ? 'Aborted' : state);

const stopping = () => new SealvisorError('shutting_down', 'the worker is stopping');

function restartText({ changed, view }: Pick<Outcome, 'changed' | 'view'>): string {
  const thread = `thread #${view.index}`;
  if (!changed) return `${thread} is not failed: it is ${view.mode} at ${view.state}`;
  return view.mode === 'failed'
    ? `${thread} failed again: ${view.lastError?.message ?? 'see the log'}`
    : `${thread} is started again: ${view.mode} at ${view.state}`;
}
