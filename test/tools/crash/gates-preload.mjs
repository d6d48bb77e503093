/**
 * Loaded into every process and thread under test (`gates.ts`). Where a gate is closed, a stage waits: a
 * `least` of 300 and n hours ends at the gate of the nth name instead (no other timer of a test is that long), and a file
 * gets its own name at the gate of that name.
 * SIGUSR2 to the process ends its threads where they stand, or the one whose place in line the file `victim` names.
 */
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import timers from 'node:timers/promises';
import { promisify } from 'node:util';
import threads from 'node:worker_threads';

const dir = process.env.CRASH_GATES ?? '.';
const names = (process.env.CRASH_NAMES ?? '').split(',');
const hourMs = 3_600_000;
const longMs = 300 * hourMs;
const { setTimeout: wait } = timers;
const { setTimeout: timer } = globalThis;
const { link, rename } = fsp;

async function pass(name) {
  const gate = join(dir, name);
  if (!fs.existsSync(gate)) return;
  fs.writeFileSync(`${gate}.at`, String(process.pid));
  while (fs.existsSync(gate)) await wait(5);
}

function gated(fn, name) {
  const gate = join(dir, name);
  if (!fs.existsSync(gate)) return timer(fn, 0);
  fs.writeFileSync(`${gate}.at`, String(process.pid));
  // `clearTimeout` ends it, too.
  const look = setInterval(() => {
    if (fs.existsSync(gate)) return;
    clearInterval(look);
    fn();
  }, 5);
  return look;
}

// The program's one timer (`system-clock.ts`) is made of this one.
globalThis.setTimeout = (fn, ms, ...args) =>
  ms > longMs && ms <= longMs + names.length * hourMs
    ? gated(fn, names[Math.ceil((ms - longMs) / hourMs) - 1])
    : timer(fn, ms, ...args);
globalThis.setTimeout[promisify.custom] = timer[promisify.custom];
fsp.rename = async (from, to) => {
  // The ground of a stage is made by its thread, not by who works at it.
  if (!String(from).endsWith('.anew')) await pass(`file-${basename(to)}`);
  await rename(from, to);
};
// What replaces nothing gets its name so.
fsp.link = async (from, to) => {
  await pass(`file-${basename(to)}`);
  await link(from, to);
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
    const victim = join(dir, 'victim');
    const named = fs.existsSync(victim) ? fs.readFileSync(victim, 'utf8') : '';
    const all = [...alive];
    for (const thread of named === '' ? all : [all[Number(named) % all.length]]) thread?.terminate();
  });
}
syncBuiltinESMExports();
