/**
 * The event loop of a process with 16 threads at work, for some seconds: sealing threads of a worker (`ours`), or
 * threads that only hash (`bare`). Prints the delay's p99 in ms.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { startManagerServer } from '../../dist/src/http/manager-server.js';
import { benchWorker } from './bench-worker.js';

const threads = 16;
const forMs = 10_000;
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
    const manager = await startManagerServer({
      host: '127.0.0.1',
      port: 0,
      home: join(home, 'manager'),
      miner: 10000,
      sectorSize: 8 * 2 ** 20,
      epochMs: 10,
      warn: console.error,
    });
    const worker = await benchWorker(home, {
      threads,
      manager: manager.port,
      sealing: 'seal_interval = "1ms"\nrecover_interval = "1s"\nrpc_polling_interval = "100ms"',
      more: `[[attached]]\nname = "store"\nlocation = ${JSON.stringify(join(home, 'persisted'))}`,
    });
    return async () => {
      await worker.stop(0);
      await manager.stop();
    };
  },
}[process.argv[2]];

const stop = await start();
await delay(2000);
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
await delay(forMs);
loop.disable();
await stop();
// Who was ended in the middle of a file may still be letting go of it.
rmSync(home, { recursive: true, force: true, maxRetries: 20 });
console.log(loop.percentile(99) / 1e6);
