/** Upstream's dump verbs, on a real worker with a real child. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TreeNode } from '../../src/actors/index.js';
import { onWorker, startManager, startWorker, workerToml } from '../tools/e2e/fleet.js';
import { freshDir, run, write } from '../tools/e2e/setup.js';

/** A child that prints beside its answers when it is asked to by a signal. */
const preload = `process.on('SIGUSR2', () => process.stdout.write('{"no":"answer"}\\n'));`;

async function setup() {
  const dir = freshDir();
  const babble = write(join(dir, 'babble.cjs'), preload);
  const manager = await startManager(dir);
  const more = `[[processors.tree_d]]\nenvs = { NODE_OPTIONS = ${JSON.stringify(`--require ${babble}`)} }`;
  const worker = await startWorker(dir, workerToml(dir, manager.at, { more }));
  const tree = JSON.parse((await run('sealvisor', ['tree', worker.at, '--json'])).stdout) as {
    root: TreeNode;
  };
  const processors = tree.root.children.find(({ id }) => id === 'processors');
  const pid = processors?.children[0]?.pid ?? 0;
  const lines = join(dir, 'lines');
  mkdirSync(lines);
  return { worker, pid, lines };
}

test('enable-dump and disable-dump, in both spellings, on a child that babbles', async () => {
  const { worker, pid, lines } = await setup();
  const on = await onWorker(worker.at, 'enable-dump', '--child-pid', String(pid), '--dump-dir', lines);
  expect(on).toEqual({
    code: 0,
    stdout: '',
    stderr: `lines of process ${pid} that are not answers are written to ${lines} until it ends\n`,
  });
  process.kill(pid, 'SIGUSR2');
  await expect.poll(() => readdirSync(lines).length, { timeout: 20_000 }).toBe(1);
  const [file = ''] = readdirSync(lines);
  await expect.poll(() => readFileSync(join(lines, file), 'utf8')).toBe('{"no":"answer"}');
  const off = await onWorker(worker.at, 'disable_dump', '--child_pid', String(pid), '--json');
  expect([off.code, JSON.parse(off.stdout)]).toEqual([0, { childPid: pid, dumpDir: null }]);
  const seen = worker.lines.length;
  process.kill(pid, 'SIGUSR2');
  await worker.line(/ tree_d\[\d+\]: answers no request: \{"no":"answer"\}/, seen);
  expect(readdirSync(lines)).toHaveLength(1);
});

test('a process that is no child, a variable of its own, and no directory are refused with what is allowed', async () => {
  const { worker, pid, lines } = await setup();
  const other = await onWorker(worker.at, 'enable_dump', '--child_pid', '1', '--dump_dir', lines);
  expect(other.code).toBe(1);
  expect(other.stderr).toContain(`there are DUMP_ERR_RESP_${pid} (tree_d)`);
  const missing = await onWorker(
    worker.at,
    'enable-dump',
    '--child-pid',
    String(pid),
    '--dump-dir',
    '/no/such',
  );
  expect([missing.code, missing.stderr]).toEqual([
    1,
    expect.stringContaining('name a directory of the worker'),
  ]);
  for (const args of [
    ['enable-dump'],
    ['enable-dump', '--child-pid', 'x'],
    ['disable-dump', '--child-pid', '0'],
  ]) {
    const { code, stderr } = await onWorker(worker.at, ...args);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: --child-pid .*sealvisor tree.*\(usage\)\n$/),
    ]);
  }
  const body = { jsonrpc: '2.0', id: 1, method: 'VenusWorker.WorkerSetEnv', params: ['PATH', '/tmp'] };
  const response = await fetch(`http://${worker.at}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(((await response.json()) as { error?: unknown }).error).toMatchObject({
    code: -32602,
    message: expect.stringContaining(`DUMP_ERR_RESP_${pid}`),
  });
});
