/** A thread that has a child do tasks, as a sealing thread does; it tells what each took, ms. */
import { awaitHost } from '../../dist/src/threads/host.js';
import { mainOver } from '../../dist/src/worker/border/calls.js';
import { processTask } from '../../dist/src/worker/thread/process.js';

const host = await awaitHost();
const desk = { children: ['pc1'], calls: mainOver(host.call).processes };
const work = { signal: new AbortController().signal, progress: () => undefined };
/** A pc1 task; `size` is what the program under test goes by. @param {number} size */
const taskOf = (size) => ({
  registered_proof: 'StackedDrg2KiBV1_1',
  cache_path: '',
  in_path: '',
  out_path: '',
  prover_id: [],
  sector_id: 1,
  ticket: [],
  piece_infos: [],
  size,
});
host.ready({
  ask: async (size) => {
    const started = performance.now();
    await processTask(desk, 'pc1', taskOf(size), work);
    return performance.now() - started;
  },
});
