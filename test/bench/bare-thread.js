/** The floor: a worker_thread with xstate and comlink in it, a machine of two states, and one verb. */
import { parentPort, workerData } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { createActor, createMachine } from 'xstate';

const machine = createMachine({
  initial: 'idle',
  states: { idle: { on: { 'THREAD.PAUSE': 'paused' } }, paused: { on: { 'THREAD.RESUME': 'idle' } } },
});
const actor = createActor(machine);
actor.start();
const commit = workerData?.database ? await committer(workerData.database) : () => undefined;
expose(
  {
    send: (event) => {
      actor.send(event);
      commit();
      return { state: actor.getSnapshot().value };
    },
  },
  nodeEndpoint(parentPort),
);
parentPort.postMessage('up');

async function committer(path) {
  const { bareStore } = await import('./bare-store.js');
  const write = bareStore(path);
  return () => write('x'.repeat(300), 'y'.repeat(150));
}
