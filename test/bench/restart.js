import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { benchWorker, locationOf, placeAt, preCommitted, stubManager } from './bench-worker.js';
import { head, median, often, report } from './report.js';

const threads = often(32, 2);
const rounds = often(7);
const bare = new URL('./bare-thread.js', import.meta.url);

/** A worker that comes back with its threads in mid-sector, to the last of them at work; beside as many bare threads. */
export async function bench() {
  head(`Restart with ${threads} threads in mid-sector`);
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const manager = await stubManager();
  for (let index = 0; index < threads; index += 1)
    placeAt(locationOf(home, index), index, 'PCSubmitted', preCommitted);
  const [ours, floor] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(await bareStarts());
    ours.push(await ourStart(home, manager.port));
  }
  manager.stop();
  rmSync(home, { recursive: true, force: true });
  const what = 'all at work, against as many worker_threads + xstate';
  return report({ what, ours: median(ours), floor: median(floor), unit: 'ms', most: 1.5 }) ? 0 : 1;
}

async function bareStarts() {
  const started = performance.now();
  const workers = Array.from({ length: threads }, () => new Worker(bare));
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  const ms = performance.now() - started;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return ms;
}

async function ourStart(home, manager) {
  const started = performance.now();
  const worker = await benchWorker(home, { threads, manager, sealing: 'rpc_polling_interval = "1h"' });
  const isAtWork = ({ mode, stage }) => mode === 'running' && stage === 'WaitPCLanded';
  await Promise.all(Array.from({ length: threads }, (_, index) => worker.until(index, isAtWork)));
  const ms = performance.now() - started;
  await worker.stop(0);
  return ms;
}
