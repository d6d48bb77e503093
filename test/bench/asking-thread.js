/** A thread that has a child do tasks, as a sealing thread does; it tells what each took, ms. */
import { awaitHost } from '../../dist/src/threads/host.js';
import { processTask } from '../../dist/src/worker/thread-process.js';

const host = await awaitHost();
const desk = { children: ['pc1'], index: 0, call: host.call };
const work = { signal: new AbortController().signal, progress: () => undefined };
host.ready({
  ask: async (size) => {
    const started = performance.now();
    await processTask(desk, 'pc1', { size }, work);
    return performance.now() - started;
  },
});
