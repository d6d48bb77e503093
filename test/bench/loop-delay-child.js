/**
 * The event loop of a process with 16 threads at work, for some seconds: sealing threads of a worker (`ours`), or
 * threads that only hash (`bare`). Prints the delay's p99 in ms.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { benchWorker } from './bench-worker.js';
import { often } from './report.js';

const threads = often(16, 2);
const forMs = often(10_000, 200);
const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));

const start = {
  bare: async () => {
    const source = `import { hash } from 'node:crypto'; const bytes = Buffer.alloc(108);
      for (;;) { const until = performance.now() + 6; while (performance.now() < until) hash('sha256', bytes, 'buffer');
      await new Promise((resolve) => setImmediate(resolve)); }`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    const all = Array.from({ length: threads }, () => new Worker(url));
    return async () => void (await Promise.all(all.map((each) => each.terminate())));
  },
  ours: async () => {
    const manager = await startedManager();
    const worker = await benchWorker(home, {
      threads,
      manager: manager.port,
      sealing: 'seal_interval = "1ms"\nrecover_interval = "1s"\nrpc_polling_interval = "100ms"',
      more: `[[attached]]\nname = "store"\nlocation = ${JSON.stringify(join(home, 'persisted'))}`,
    });
    const isSealing = ({ sector }) => sector !== null;
    await Promise.all(Array.from({ length: threads }, (_, index) => worker.until(index, isSealing)));
    return async () => {
      await worker.stop(0);
      manager.kill();
    };
  },
}[process.argv[2]];

const stop = await start();
await delay(often(2000, 0));
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
await delay(forMs);
loop.disable();
await stop();
// Who was ended in the middle of a file may still be letting go of it.
rmSync(home, { recursive: true, force: true, maxRetries: 20 });
console.log(loop.percentile(99) / 1e6);

/** A manager in a process of its own, as it is in a farm. */
async function startedManager() {
  const bin = new URL('../../dist/cli/venus-sector-manager.cjs', import.meta.url).pathname;
  const args = ['mock', '--listen', '127.0.0.1:0', '--home', join(home, 'manager'), '--epoch', '100ms'];
  const manager = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface(manager.stderr)) {
    const [, port] = /listens on http:\/\/\S+:(\d+)/.exec(line) ?? [];
    if (port) return { port: Number(port), kill: () => manager.kill('SIGKILL') };
  }
  throw new Error('the manager did not start');
}
