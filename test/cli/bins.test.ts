import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';

const bins = ['sealvisor', 'venus-worker', 'venus-sector-manager'];
const fileOf = (bin: string) => resolve(`dist/cli/${bin}.cjs`);

/** A module that makes this node say that it is another one. */
function pretends(version: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'old-node-')), 'old.cjs');
  const text = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  writeFileSync(file, text);
  return file;
}

describe.each(bins)('%s', (bin) => {
  test.each(['20.20.2', '22.13.1'])('on Node %s says one line and exits with 1', (version) => {
    const run = spawnSync(process.execPath, ['-r', pretends(version), fileOf(bin), '--help'], {
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    const says = `error: ${bin} needs Node 22.14 or later; this is ${version}; in a clone, npm run and npx use the one that it brings\n`;
    expect(run.stderr).toBe(says);
  });

  test.each(['22.14.0', '26.0.0'])('on Node %s runs', (version) => {
    const run = spawnSync(process.execPath, ['-r', pretends(version), fileOf(bin), '--help'], {
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage: /) });
  });
});

/** What is run with it, and what it says when it is up. */
const living = [
  { what: 'a processor of ours', bin: 'venus-worker', args: ['processor', 'tree_d'], up: /ready/ },
  {
    what: 'a manager',
    bin: 'venus-sector-manager',
    args: ['mock', '--listen', '127.0.0.1:0', '--sector-size', '2KiB'],
    up: /127\.0\.0\.1:\d+/,
  },
];

test.each(living)('SIGUSR1 opens no inspector in $what', async ({ bin, args, up }) => {
  const cwd = mkdtempSync(join(tmpdir(), 'sigusr1-'));
  const child = spawn(process.execPath, [fileOf(bin), ...args], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  const note = (line: string) => {
    said += `${line}\n`;
    if (up.test(line)) child.emit('up');
  };
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', note);
  await once(child, 'up');
  child.kill('SIGUSR1');
  child.kill('SIGUSR1');
  child.stdin.end();
  if (bin !== 'venus-worker') child.kill('SIGTERM');
  await once(child, 'close');
  expect(said).not.toContain('Debugger');
  expect(child.signalCode).toBeNull();
});

test.each([
  ['venus-sector-manager', ['daemon', 'run', '--home', ''], '--home is empty: name a directory'],
  ['venus-sector-manager', ['mock', '--pieces', ''], '--pieces is empty: name a directory'],
  ['venus-sector-manager', ['util', 'sealer', 'unseal', 's-t010000-1', '--dest', ''], '--dest is empty'],
  ['venus-worker', ['daemon', '-c', ''], '--config is empty: name a file'],
  ['sealvisor', ['unseal', 'sealed', '--out', ''], '--out is empty: name a directory'],
])('%s %j does not take the current directory for an empty path', (bin, args, says) => {
  const cwd = mkdtempSync(join(tmpdir(), 'empty-path-'));
  const run = spawnSync(process.execPath, [fileOf(bin), ...args], { cwd, encoding: 'utf8', timeout: 20_000 });
  expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(`error: ${says}`) });
});
