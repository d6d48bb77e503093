/** What bare-thread.js does, written as a thread that can be supervised and kept spare. */
import { createActor, createMachine } from 'xstate';
import { awaitHost } from '../../dist/src/threads/host.js';

const host = await awaitHost();
const machine = createMachine({
  initial: 'idle',
  states: { idle: { on: { 'THREAD.PAUSE': 'paused' } }, paused: { on: { 'THREAD.RESUME': 'idle' } } },
});
const actor = createActor(machine);
actor.start();
host.ready(
  {
    send: (event) => {
      actor.send(event);
      return { state: actor.getSnapshot().value };
    },
    spin: () => {
      for (;;);
    },
    stop: () => actor.stop(),
  },
  /** @param {any} event */
  (event) => actor.send(event),
);
