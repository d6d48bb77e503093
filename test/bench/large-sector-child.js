/** Seals one sector without deals in a worker of its own; prints what each stage took and how much memory the process had, as JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchManager, benchWorker } from './bench-worker.js';

const size = Number(process.argv[2]);
const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
const manager = await benchManager(home, { sectorSize: size, limit: 1 });
/** By stage, what a transition's row says. */
const tookMs = new Map();
const worker = await benchWorker(home, {
  threads: 1,
  manager: manager.port,
  // Each report is a request to the manager in this process: at dozens a second its garbage would be measured, not the sector.
  sealing: 'seal_interval = "1h"\nrecover_interval = "1s"\nrpc_polling_interval = "1s"',
  more: `[[attached]]\nname = "store"\nlocation = ${JSON.stringify(join(home, 'persisted'))}`,
  onRow: (_index, row) => {
    if (row.kind === 'transition') tookMs.set(row.stage, row.durationMs);
    if (row.kind === 'error') console.error(`${row.level}: ${row.message}`);
  },
});
globalThis.gc();
const idle = process.memoryUsage.rss();
let peak = idle;
const sampling = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 50);
await worker.until(0, ({ mode, state }) => mode === 'resting' && state === 'Empty');
clearInterval(sampling);
await worker.stop(0);
await manager.stop();
// Who was ended in the middle of a file may still be letting go of it.
rmSync(home, { recursive: true, force: true, maxRetries: 20 });
console.log(
  JSON.stringify({ tookMs: Object.fromEntries(tookMs), idleMiB: idle / 2 ** 20, peakMiB: peak / 2 ** 20 }),
);
