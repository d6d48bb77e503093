import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startThread } from '../../dist/src/threads/remote.js';
import { resourceLimits } from '../../dist/src/worker/thread-slot.js';
import { head, median, report } from './report.js';
import { entry, idleSetup } from './thread-setup.js';

const bare = new URL('./bare-thread.js', import.meta.url);
const rounds = 25;

/** From nothing to the first state, beside a bare worker_thread that loads xstate and comlink and says so. */
export async function bench() {
  head('Thread start, to its first state');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const [ours, floor] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(await bareStart());
    ours.push(await ourStart(join(home, `store${round}`)));
  }
  rmSync(home, { recursive: true, force: true });
  const what = 'sealing thread against worker_thread + xstate + comlink';
  return report({ what, ours: median(ours), floor: median(floor), unit: 'ms', most: 1.5 }) ? 0 : 1;
}

async function bareStart() {
  const started = performance.now();
  const worker = new Worker(bare);
  await new Promise((resolve) => worker.once('message', resolve));
  const ms = performance.now() - started;
  await worker.terminate();
  return ms;
}

async function ourStart(location) {
  const started = performance.now();
  let shown;
  const first = new Promise((resolve) => {
    shown = resolve;
  });
  const thread = await startThread({
    entry,
    data: idleSetup(location),
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
