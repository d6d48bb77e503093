#!/usr/bin/env node
/**
 * Somebody's processor with long outputs: `node half-answer.mjs <venus-worker> <stage> <gates>` has our own do the work, makes
 * its output long, and when half of it is written waits at the gate `<stage>-half`.
 */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const [, , bin, stage, gates] = process.argv;
const gate = join(gates, `${stage}-half`);
const behind = spawn(process.execPath, [bin, 'processor', stage], { stdio: ['pipe', 'pipe', 'inherit'] });
behind.once('exit', (code) => process.exit(code ?? 1));
process.stdin.pipe(behind.stdin);

const put = (text) => new Promise((done) => process.stdout.write(text, done));

createInterface({ input: behind.stdout }).on('line', async (line) => {
  const { id, err_msg, output } = line.startsWith('{') ? JSON.parse(line) : {};
  // It says that it is ready, and how far it is.
  if (!output) return put(`${line}\n`);
  const padding = '~'.repeat(1024 * 1024);
  const answer = JSON.stringify({ id, err_msg, output: { ...output, padding } });
  await put(answer.slice(0, answer.length / 2));
  if (existsSync(gate)) writeFileSync(`${gate}.at`, String(process.pid));
  while (existsSync(gate)) await delay(5);
  await put(`${answer.slice(answer.length / 2)}\n`);
});
