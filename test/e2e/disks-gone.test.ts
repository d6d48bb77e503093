/** A directory is not a disk: what lies below a mount that is gone is never written to. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bindDisk, canMount } from '../tools/e2e/bind-disk.js';
import {
  type Daemon,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';

const soon = { timeout: 30_000, interval: 100 };
const look = '[sealvisor]\nspace.check_interval = "200ms"\n';

async function setup({ more = look, threads = 2 } = {}) {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  for (const at of [1, 2]) write(join(pieces, `${at}.bin`), bytes(2000, at));
  const manager = await startManager(dir, { pieces });
  return { dir, pieces, toml: workerToml(dir, manager.at, { threads, more }) };
}

const ask = async (worker: Daemon, ...args: readonly string[]) => (await onWorker(worker.at, ...args)).stdout;

describe.runIf(canMount)('a location whose disk is not mounted', () => {
  test('at the start: its thread says so, the other seals, nothing is written below; mounted, it continues', async () => {
    const { dir, toml } = await setup({ more: `${look}[sealvisor.builtin]\nleast = { pc1 = "2s" }` });
    const { at, mount, unmount } = bindDisk(dir, 'store1');
    const first = await startWorker(dir, toml);
    await first.line(/#0 (s-\S+) TreeDBuilt -> TicketAssigned/);
    await first.end('SIGKILL');
    const [, sector] = await first.line(/#0 (s-\S+) TreeDBuilt -> TicketAssigned/);
    unmount();

    const second = await startWorker(dir);
    await expect
      .poll(() => threadsOf(second.at), soon)
      .toMatchObject([{ mode: 'failed', lastError: { message: expect.stringContaining(at) } }, {}]);
    expect(await ask(second, 'why', '--index', '0')).toContain('is not the disk that was used before');
    await second.line(/#1 \S+ ProofSubmitted -> Finished/);
    expect(readdirSync(at)).toEqual([]);
    mount();
    await second.line(new RegExp(`#0 ${sector} ProofSubmitted -> Finished`));
  });

  test('also when it is the only one: the worker waits for it', async () => {
    const { dir, toml } = await setup({ threads: 1 });
    const { at, mount, unmount } = bindDisk(dir, 'store1');
    const first = await startWorker(dir, toml);
    await first.line(/Finished -> Empty/);
    await first.end('SIGTERM');
    unmount();
    const second = await startWorker(dir);
    await second.line(/is not the disk that was used before/);
    expect(readdirSync(at)).toEqual([]);
    mount();
    await second.line(/#0 \S+ Empty -> Allocated/);
  });

  test('any more, in mid-run: no new sector, nothing below; mounted again it continues where it was', async () => {
    const { dir, toml } = await setup({ more: `${look}[sealvisor.builtin]\nleast = { pc1 = "1s" }` });
    const { at, mount, unmount } = bindDisk(dir, 'store1');
    const worker = await startWorker(dir, toml);
    const [, sector] = await worker.line(/#0 (s-\S+) TreeDBuilt -> TicketAssigned/);
    unmount();
    // It waits before its next stage, or has failed at the end of the one it was at.
    await expect.poll(() => ask(worker, 'why', '--index', '0'), soon).toContain('is not the disk');
    expect(readdirSync(at)).toEqual([]);
    mount();
    await worker.line(new RegExp(`#0 ${sector} ProofSubmitted -> Finished`));
  });
});

describe.runIf(canMount)('an attached store whose disk is not mounted', () => {
  test.each(['in mid-run', 'at the start'])(
    '%s: the sector waits with the reason, nothing is written below; mounted, it is kept there',
    async (when) => {
      const { dir, toml } = await setup({ more: `${look}[sealvisor.builtin]\nleast = { pc1 = "1s" }` });
      const { at, mount, unmount } = bindDisk(dir, 'remote');
      let worker = await startWorker(dir, toml);
      await worker.line(/TreeDBuilt -> TicketAssigned/);
      if (when === 'at the start') await worker.end('SIGKILL');
      unmount();
      if (when === 'at the start') worker = await startWorker(dir);
      await expect
        .poll(() => ask(worker, 'why', '--index', '0'), soon)
        .toMatch(/waits for space before PersistFiles: .*is not the disk/);
      expect(readdirSync(at)).toEqual([]);
      mount();
      await worker.line(/ProofSubmitted -> Finished/);
      expect(readdirSync(join(at, 'sealed')).filter((name) => !name.startsWith('.'))).not.toEqual([]);
    },
  );
});
