/** Small real disks: threads wait before they would fill them, and go on by themselves. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import type { WorkerView } from '../../src/protocol/worker.js';
import {
  type Daemon,
  historyOf,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';

const soon = { timeout: 30_000, interval: 50 };
const MiB = 2 ** 20;

/** A disk of its own at `dir`. Where this user may not mount one the test is passed over; never under CI. */
function mountAt(dir: string, size: string, context: TestContext): void {
  mkdirSync(dir, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) {
    if (process.env.CI === 'true') throw new Error(`no small disk could be mounted: ${mounted.stderr}`);
    context.skip('no small disk can be mounted here');
  }
  onTestFinished(() => void spawnSync('umount', ['-l', dir]));
}

async function setup(threads: number) {
  const dir = freshDir();
  for (let at = 1; at <= threads; at += 1) write(join(dir, 'pieces', `${at}.bin`), bytes(2000, at));
  const manager = await startManager(dir, { pieces: join(dir, 'pieces') });
  const toml = (more: string) => workerToml(dir, manager.at, { threads, more });
  return { dir, toml };
}

const workerOf = async (worker: Daemon) =>
  JSON.parse((await onWorker(worker.at, 'info', '--json')).stdout) as WorkerView;

test('a thread without room for PC1 waits, says why, and continues when a file is removed', async (context) => {
  const { dir, toml } = await setup(1);
  const disk = join(dir, 'store1');
  mountAt(disk, '16m', context);
  const ballast = write(join(disk, '.ballast'), Buffer.alloc(10 * MiB, 1));
  // 8 MiB of the 16.
  const worker = await startWorker(
    dir,
    toml('[sealvisor.space]\ncheck_interval = "200ms"\nneeds = { pc1 = 4096 }'),
  );
  await expect
    .poll(() => threadsOf(worker.at), soon)
    .toMatchObject([
      {
        state: 'TicketAssigned',
        mode: 'waiting',
        waitingFor: { limit: 'space', place: 1, holders: [], nextAt: expect.any(String) },
      },
    ]);
  const why = (await onWorker(worker.at, 'why', '--index', '0')).stdout;
  expect(why).toMatch(
    /waits for space before PC1: \d.* MiB free of 9 MiB needed on .*store1 for pc1; the disk/,
  );
  const info = (await onWorker(worker.at, 'info')).stdout;
  expect(info).toMatch(/Store +Location +Free +Of/);
  expect(info).toMatch(/#0 +\S*store1 +[\d.]+ MiB +16 MiB/);

  // A line like any other: a pause takes the thread out of it, a resume sends it back.
  expect((await onWorker(worker.at, 'pause', '--index', '0')).code).toBe(0);
  await expect.poll(() => threadsOf(worker.at), soon).toMatchObject([{ mode: 'paused', waitingFor: null }]);
  expect((await onWorker(worker.at, 'resume', '--index', '0')).code).toBe(0);
  await expect.poll(() => threadsOf(worker.at), soon).toMatchObject([{ mode: 'waiting' }]);

  rmSync(ballast);
  await worker.line(/ProofSubmitted -> Finished/);
  expect((await threadsOf(worker.at))[0]?.lastError).toBeNull();
  await worker.end('SIGTERM');
});

test('three threads on one disk with room for one PC1: one after the other, and all finish', async (context) => {
  const { dir, toml } = await setup(3);
  const disk = join(dir, 'disk');
  mountAt(disk, '16m', context);
  const worker = await startWorker(
    dir,
    toml(
      '[sealvisor.space]\ncheck_interval = "200ms"\nneeds = { pc1 = 4096 }\n[sealvisor.builtin]\nleast = { pc1 = "1s" }',
    ).replaceAll(/"[^"]*\/(store\d)"/g, `"${disk}/$1"`),
  );
  const finished = () => worker.lines.filter((line) => line.includes('ProofSubmitted -> Finished')).length;
  await expect.poll(finished, { ...soon, timeout: 60_000 }).toBe(3);
  await worker.end('SIGTERM');
  const runs = [1, 2, 3]
    .flatMap((at) => historyOf(join(disk, `store${at}`)))
    .filter((row) => row.event === 'PC1' && row.kind === 'transition')
    .map(({ at, durationMs }) => ({ begin: Date.parse(at) - (durationMs ?? 0), end: Date.parse(at) }))
    .toSorted((a, b) => a.begin - b.begin);
  expect(runs).toHaveLength(3);
  // The end and the duration are each rounded to a whole millisecond.
  for (const [at, { begin }] of runs.entries())
    expect(begin + 1).toBeGreaterThanOrEqual(runs[at - 1]?.end ?? 0);
});

test('read-only and full attached stores are passed over; the sector lies in the one with room', async (context) => {
  const { dir, toml } = await setup(1);
  const full = join(dir, 'full');
  mountAt(full, '1m', context);
  mkdirSync(join(dir, 'ro'));
  const attached = `[[attached]]\nname = "ro"\nlocation = "${join(dir, 'ro')}"\nreadonly = true
[[attached]]\nname = "full"\nlocation = "${full}"\n[[attached]]\nname = "remote"`;
  const worker = await startWorker(dir, toml('').replace('[[attached]]\nname = "remote"', attached));
  await worker.line(/ProofSubmitted -> Finished/);
  const sealed = (store: string) => existsSync(join(dir, store, 'sealed', 's-t010000-1'));
  expect(['ro', 'full', 'remote'].filter(sealed)).toEqual(['remote']);
  const { stores } = await workerOf(worker);
  expect(stores).toMatchObject([
    { kind: 'location', name: '#0' },
    { name: 'ro', isReadonly: true },
    { name: 'full', totalBytes: MiB },
    { name: 'remote', why: null },
  ]);
  await worker.end('SIGTERM');
});

test('while no attached store has room the thread waits to persist, and goes on when one has', async (context) => {
  const { dir, toml } = await setup(1);
  const remote = join(dir, 'remote');
  mountAt(remote, '3m', context);
  const ballast = write(join(remote, '.ballast'), Buffer.alloc(2.5 * MiB, 1));
  const worker = await startWorker(dir, toml('[sealvisor.space]\ncheck_interval = "200ms"'));
  await expect
    .poll(() => threadsOf(worker.at), soon)
    .toMatchObject([{ state: 'PCLanded', mode: 'waiting', waitingFor: { limit: 'space' } }]);
  expect((await onWorker(worker.at, 'why', '--index', '0')).stdout).toMatch(
    /waits for space before PersistFiles: .* needed on .*remote for transfer/,
  );
  rmSync(ballast);
  await worker.line(/ProofSubmitted -> Finished/);
  await worker.end('SIGTERM');
});
