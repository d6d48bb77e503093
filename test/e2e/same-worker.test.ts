/** A worker stays the same one while the disk that its home is on is missing. */
import { describe, expect, test } from 'vitest';
import type { WorkerView } from '../../src/protocol/worker.js';
import type { WorkerEntry } from '../../src/protocol/worker-entry.js';
import { bindDisk, canMount } from '../tools/e2e/bind-disk.js';
import {
  type Daemon,
  onManager,
  onWorker,
  startManager,
  startWorker,
  workerToml,
} from '../tools/e2e/fleet.js';
import { freshDir } from '../tools/e2e/setup.js';

async function setup(threads: number) {
  const dir = freshDir();
  const manager = await startManager(dir);
  const disk = bindDisk(dir, 'store1');
  const worker = await startWorker(dir, workerToml(dir, manager.at, { threads }));
  const rows = async () =>
    JSON.parse((await onManager(manager.at, 'list', '--json')).stdout) as readonly WorkerEntry[];
  return { dir, manager, disk, worker, rows };
}

const idOf = async (worker: Daemon) =>
  (JSON.parse((await onWorker(worker.at, 'info', '--json')).stdout) as WorkerView).id;

describe.runIf(canMount)('a worker whose home is on a disk that is not mounted', () => {
  test.each([
    ['by its other location', 2],
    ['by its attached store', 1],
  ])('knows who it is %s, over any number of starts', async (_, threads) => {
    const { dir, manager, disk, worker, rows } = await setup(threads);
    const id = await idOf(worker);
    await worker.end('SIGKILL');
    disk.unmount();
    for (const isLast of [false, true]) {
      const next = await startWorker(dir);
      await next.line(/is not the disk that was used before/);
      expect(await idOf(next)).toBe(id);
      await next.end('SIGKILL');
      if (isLast) disk.mount();
    }
    const back = await startWorker(dir);
    expect(await idOf(back)).toBe(id);
    await expect
      .poll(rows, { timeout: 20_000, interval: 100 })
      .toMatchObject([{ name: 'w1', id, dest: back.at }]);
    expect(await onManager(manager.at, 'info', 'w1')).toMatchObject({ code: 0 });
  });
});
