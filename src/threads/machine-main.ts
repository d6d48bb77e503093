/** The inside of a thread that runs a user's XState machine as its only root actor. */
import { type AnyStateMachine, createActor, StateMachine, waitFor } from 'xstate';
import { awaitHost } from './host.js';
import { plainSnapshot, type SnapshotNews } from './plain-snapshot.js';

interface MachineData {
  /** URL of the module that exports `machine`. */
  readonly machine: string;
  readonly input: unknown;
  readonly stopEvent: { readonly type: string } | null;
}

const host = await awaitHost<MachineData, SnapshotNews>();
const { machine: href, input, stopEvent } = host.data;
const actor = createActor(await machineOf(href), { input });
actor.subscribe({
  next: (snapshot) => host.say(plainSnapshot(snapshot)),
  // Thrown outside of the machine's own step: it ends this thread, and the owner receives the error.
  error: (error) => {
    setImmediate(() => {
      throw error;
    });
  },
});
actor.start();
throwIfBroken();
host.ready(
  {
    snapshot: () => plainSnapshot(actor.getSnapshot()),
    stop: async () => {
      if (stopEvent === null) actor.stop();
      else {
        actor.send(stopEvent);
        await waitFor(actor, (snapshot) => snapshot.status !== 'active');
      }
    },
  },
  (event) => {
    // The sender knows the machine's events; the machine itself drops unknown ones.
    actor.send(event as { readonly type: string });
    // At once: later events are for the next incarnation.
    throwIfBroken();
  },
);
actor.subscribe({ complete: endIfDone, error: () => undefined });
endIfDone();

function throwIfBroken(): void {
  const { status, error } = actor.getSnapshot();
  if (status === 'error') throw error;
}

function endIfDone(): void {
  if (actor.getSnapshot().status === 'done') host.done();
}

async function machineOf(url: string): Promise<AnyStateMachine> {
  const module: { readonly machine?: unknown } = await import(url);
  if (isMachine(module.machine)) return module.machine;
  throw new Error(`${url} exports no XState machine as \`machine\``);
}

function isMachine(value: unknown): value is AnyStateMachine {
  // A module may bring its own copy of xstate: then the machine is recognized by its properties.
  return (
    value instanceof StateMachine ||
    (typeof value === 'object' && value !== null && 'transition' in value && 'definition' in value)
  );
}
