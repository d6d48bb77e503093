/**
 * `node ended-in-calls.js <driver> calls|errors <times>`: ends threads in the middle of their calls to the database.
 * The whole process dying, or a row that was acknowledged and is not there, is what must not happen.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { countedRows, opened, table } from './drivers.js';

const [driver = 'better-sqlite3', kind = 'calls', times = '100'] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'database-trial-'));
const path = join(directory, 'thread.db');
const held = join(directory, 'held.db');
const holder = await opened(driver, held);
holder.exec(`${table}; begin immediate`);
let rows = 0;
let lost = 0;
const began = performance.now();

for (let at = 0; at < Number(times); at += 1) {
  const acknowledged = new SharedArrayBuffer(8);
  const cell = new BigInt64Array(acknowledged);
  const workerData = { driver, path, held, acknowledged, errors: kind === 'errors' };
  const worker = new Worker(new URL('./calls-thread.js', import.meta.url), { workerData });
  let failure;
  worker.on('error', (error) => {
    failure ??= error;
  });
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  await started(cell, () => failure);
  await moment(at);
  await worker.terminate();
  await exited;
  if (failure) throw failure;
  const db = await opened(driver, path);
  const counted = countedRows(db);
  db.close();
  const promised = Number(Atomics.load(cell, 0));
  lost += Math.max(0, promised - Number(counted.last)) + Number(counted.last) - Number(counted.n);
  rows = Number(counted.n);
}
holder.close();
rmSync(directory, { recursive: true });
const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
console.log(
  JSON.stringify({ node: process.version, driver, kind, ended: Number(times), rows, lost, seconds }),
);
process.exitCode = lost === 0 ? 0 : 1;

async function started(cell, failure) {
  const until = performance.now() + 30_000;
  while (Atomics.load(cell, 0) === 0n) {
    if (failure()) throw failure();
    if (performance.now() > until) throw new Error('the thread wrote nothing for 30 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Another moment each time: up to two milliseconds, in steps that are not those of the calls. */
async function moment(at) {
  const until = performance.now() + ((at * 37) % 2000) / 1000;
  while (performance.now() < until);
}
