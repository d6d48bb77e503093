#!/usr/bin/env node
/**
 * A processor of somebody else: hands each line to our own and back, and sometimes floods its log, prints lines that
 * are no answer, or answers with far more JSON than a worker takes. Chances by LOUD_CHANCE.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [, , bin, stage] = process.argv;
const chance = Number(process.env.LOUD_CHANCE ?? 0.05);
const { LOUD_CHANCE, ...env } = process.env;
const behind = spawn(process.execPath, [bin, 'processor', stage], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env,
});
behind.once('exit', (code) => process.exit(code ?? 1));
process.stdin.pipe(behind.stdin);
const hit = () => Math.random() < chance;

createInterface({ input: behind.stdout }).on('line', (line) => {
  if (hit()) process.stderr.write(`${'a layer was hashed '.repeat(20)}\n`.repeat(5_000));
  if (line.startsWith('{') && hit()) {
    const { id } = JSON.parse(line);
    process.stdout.write(`${JSON.stringify({ id, level: 'info', msg: 'layer 1' })}\n`);
  }
  if (line.startsWith('{') && hit()) {
    const { id } = JSON.parse(line);
    process.stdout.write(`{"id":${id},"err_msg":null,"output":"`);
    for (let megabyte = 0; megabyte < 150; megabyte += 1) process.stdout.write('x'.repeat(1024 * 1024));
    process.stdout.write('"}\n');
    return;
  }
  process.stdout.write(`${line}\n`);
});
