/** Stages done by child processes, in a real worker. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TreeNode } from '../../src/actors/index.js';
import {
  finishedStages,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { bytes, freshDir, run, write } from '../tools/e2e/setup.js';

const holdPc1 = '[sealvisor.builtin]\nleast = { pc1 = "1h" }';
const children = ['add_pieces', 'tree_d', 'pc1', 'pc2', 'c2'].map((stage) => `[[processors.${stage}]]`);

async function treeOf(at: string): Promise<TreeNode> {
  const { stdout } = await run('sealvisor', ['tree', at, '--json']);
  return (JSON.parse(stdout) as { root: TreeNode }).root;
}

const childrenIn = (root: TreeNode, id: string) =>
  root.children.find((node) => node.id === id)?.children ?? [];
const pidsIn = (root: TreeNode) => childrenIn(root, 'processors').flatMap(({ pid }) => pid ?? []);
const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));

async function setup(more: readonly string[] = children) {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  for (const at of [1, 2]) write(join(pieces, `${at}.bin`), bytes(1500, at));
  const manager = await startManager(dir, { pieces });
  const worker = await startWorker(
    dir,
    workerToml(dir, manager.at, { threads: 2, sealing: 'max_retries = 100', more: more.join('\n') }),
  );
  return { dir, manager, worker };
}

test('a sector goes to its end through children, which stand in the tree with their process ids', async () => {
  const { worker } = await setup();
  await worker.line(/s-t010000-1 Finished -> Empty/);
  const root = await treeOf(worker.at);
  expect(childrenIn(root, 'processors').map(({ id, status }) => [id, status])).toEqual(
    ['add_pieces', 'tree_d', 'pc1', 'pc2', 'c2'].map((stage, at) => [`${stage}#${at}`, 'running']),
  );
  expect(childrenIn(root, 'threads').map(({ id, status }) => [id, status])).toEqual([
    ['thread-0', 'running'],
    ['thread-1', 'running'],
  ]);
  const text = (await run('sealvisor', ['tree', worker.at])).stdout;
  expect(text).toMatch(/^worker {2}one_for_one {2}running for .* pid \d+\n├─ control.*\n├─ processors/);
  expect(text).toMatch(/├─ thread-0 {2}running for .*heap [\d.]+ MiB {2}beat \d+ ms ago/);
});

test('kill -9 of the worker leaves no child', async () => {
  const { worker } = await setup([...children, holdPc1]);
  const pids = pidsIn(await treeOf(worker.at));
  expect(pids).toHaveLength(5);
  await worker.end('SIGKILL');
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});

test('a child that was stopped when its worker was killed is ended by the next worker on that home', async () => {
  const { dir, worker } = await setup();
  const pids = pidsIn(await treeOf(worker.at));
  const frozen = pids[2] ?? 0;
  process.kill(frozen, 'SIGSTOP');
  await worker.end('SIGKILL');
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([frozen]);
  const next = await startWorker(dir);
  await next.line(new RegExp(`ended process ${frozen}, left by an earlier worker`));
  expect(isAlive(frozen)).toBe(false);
});

test('a child killed again and again costs tries, not the sector; the next one continues', async () => {
  const { dir, worker } = await setup();
  const root = await treeOf(worker.at);
  for (const pid of pidsIn(root)) process.kill(pid, 'SIGKILL');
  await worker.line(/s-t010000-1 Finished -> Empty/);
  const after = await treeOf(worker.at);
  expect(childrenIn(after, 'processors').some(({ restarts }) => restarts.total > 0)).toBe(true);
  expect(childrenIn(after, 'threads').map(({ incarnation }) => incarnation)).toEqual([1, 1]);
  await worker.end('SIGINT');
  const done = [1, 2].flatMap((n) => finishedStages(join(dir, `store${n}`)));
  expect(new Set(done).size).toBe(done.length);
});

test('a thread that spins is found out by its heartbeat, ended and started again; the other does not notice', async () => {
  const fault = '[[sealvisor.faults]]\nstage = "add_pieces"\nact = "loop"\nthread = 0';
  const { dir, worker } = await setup(['[sealvisor]\nspare_threads = 1', fault]);
  await worker.line(/thread #0 ended: gave no heartbeat for \d+ ms and was ended; it is started again/);
  await worker.line(/#1 s-t010000-\d Finished -> Empty/);
  const [first, second] = await threadsOf(worker.at);
  expect(['Allocated', 'DealsAcquired']).toContain(first?.state);
  expect(second?.incarnation).toBe(1);
  expect((await onWorker(worker.at, 'restart', '--index', '1')).code).toBe(3);
  await worker.end('SIGKILL');
  expect(finishedStages(join(dir, 'store1')).filter((stage) => stage.includes('PieceAdded'))).toEqual([]);
});
