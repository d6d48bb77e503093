import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startThread } from '../../dist/src/threads/remote.js';
import { resourceLimits } from '../../dist/src/worker/roster/launch.js';
import { head, median, often, report } from './report.js';
import { entry, idleSetups } from './thread-setup.js';

const bare = new URL('./bare-thread.js', import.meta.url);
const rounds = often(25);

/** From nothing to the first state, beside a bare worker_thread that loads xstate and comlink and says so. */
export async function bench() {
  head('Thread start, to its first state');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const [ours, floor] = [[], []];
  for (const setup of await idleSetups(home, rounds)) {
    floor.push(await bareStart());
    ours.push(await ourStart(setup));
  }
  rmSync(home, { recursive: true, force: true });
  const what = 'sealing thread against worker_thread + xstate + comlink';
  return report({ what, ours: median(ours), floor: median(floor), unit: 'ms', most: 1.4 }) ? 0 : 1;
}

async function bareStart() {
  const started = performance.now();
  const worker = new Worker(bare);
  await new Promise((resolve) => worker.once('message', resolve));
  const ms = performance.now() - started;
  await worker.terminate();
  return ms;
}

async function ourStart(setup) {
  const started = performance.now();
  let shown;
  const first = new Promise((resolve) => {
    shown = resolve;
  });
  const thread = await startThread({
    entry,
    data: setup,
    incarnation: 1,
    name: 'thread #0',
    services: async () => null,
    onEvent: (event) => event.type === 'view' && shown(),
    resourceLimits,
  });
  await first;
  const ms = performance.now() - started;
  thread.terminate();
  await thread.exited;
  return ms;
}
