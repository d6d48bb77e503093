/**
 * Loaded into every process and thread under test (`gates.ts`). Where a gate is closed, a stage stands still: a
 * `least` of n hours ends at the gate of the nth name instead, and a file gets its own name at the gate of that name.
 * SIGUSR2 to the process ends its threads where they stand.
 */
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import timers from 'node:timers/promises';
import threads from 'node:worker_threads';

const dir = process.env.CRASH_GATES ?? '.';
const names = (process.env.CRASH_NAMES ?? '').split(',');
const hourMs = 3_600_000;
const { setTimeout: wait } = timers;
const { rename } = fsp;

async function pass(name, signal) {
  const gate = join(dir, name);
  if (!fs.existsSync(gate)) return;
  fs.writeFileSync(`${gate}.at`, String(process.pid));
  while (fs.existsSync(gate)) await wait(5, undefined, { signal });
}

timers.setTimeout = (ms, value, options) =>
  ms < hourMs / 2 ? wait(ms, value, options) : pass(names[Math.ceil(ms / hourMs) - 1], options?.signal);
fsp.rename = async (from, to) => {
  await pass(`file-${basename(to)}`);
  await rename(from, to);
};
if (threads.isMainThread) {
  const alive = new Set();
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      alive.add(this);
      this.once('exit', () => alive.delete(this));
    }
  };
  process.on('SIGUSR2', () => {
    for (const thread of alive) thread.terminate();
  });
}
syncBuiltinESMExports();
