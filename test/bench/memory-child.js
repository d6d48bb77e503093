/** Prints the MiB that one more idle thread of a kind takes, as the mean over some. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { startThread } from '../../dist/src/threads/remote.js';
import { resourceLimits } from '../../dist/src/worker/roster/launch.js';
import { often } from './report.js';
import { entry, idleSetups } from './thread-setup.js';

const count = often(24);
const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
const setups = await idleSetups(home, count + 1);
const start = {
  bare: async () => {
    const worker = new Worker(new URL('./bare-thread.js', import.meta.url));
    await new Promise((resolve) => worker.once('message', resolve));
    return worker;
  },
  ours: async (at) =>
    startThread({
      entry,
      data: setups[at],
      incarnation: 1,
      name: `thread #${at}`,
      services: async () => null,
      onEvent: () => undefined,
      resourceLimits,
    }),
}[process.argv[2]];

const threads = [await start(count)];
globalThis.gc();
const before = process.memoryUsage.rss();
for (let at = 0; at < count; at += 1) threads.push(await start(at));
await delay(500);
globalThis.gc();
const after = process.memoryUsage.rss();
for (const thread of threads) await thread.terminate();
rmSync(home, { recursive: true, force: true });
console.log((after - before) / count / 2 ** 20);
