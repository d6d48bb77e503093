/** Disks that hang and are no thread's own: a store, a home, the manager's, the log's; and one that hangs from the start on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onWorker, startManager, startWorker, threadsOf, workerToml } from '../tools/e2e/fleet.js';
import { asked, canMount, frozenDisk, isListening, whileFrozen } from '../tools/e2e/frozen-disk.js';
import { bytes, freshDir, start, write } from '../tools/e2e/setup.js';

const soon = { timeout: 30_000, interval: 100 };
const second = 1000;

async function setup(disk: string, more = '') {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  for (let at = 1; at <= 30; at += 1) write(join(pieces, `${at}.bin`), bytes(2000, at));
  const hung = frozenDisk(dir, disk);
  const manager = await startManager(dir, { pieces });
  const own = `[sealvisor]
home = ${JSON.stringify(join(dir, 'home'))}
stop_grace = "2s"
space.check_interval = "200ms"
[sealvisor.builtin]
least = { pc1 = "500ms" }
`;
  return { dir, manager, hung, toml: workerToml(dir, manager.at, { threads: 2, more: `${more}${own}` }) };
}

describe.runIf(canMount)('an attached store whose disk hangs', () => {
  test('holds up who writes there, who can still be paused; the other thread uses the next store', async () => {
    const dir2 = freshDir();
    const other = `[[attached]]\nname = "other"\nlocation = ${JSON.stringify(join(dir2, 'other'))}\n`;
    const { dir, hung, toml } = await setup('remote', other);
    const worker = await startWorker(dir, toml);
    await worker.line(/#0 \S+ TreeDBuilt -> TicketAssigned/);
    const held = await whileFrozen([hung], async () => {
      await worker.line(/the disk of \S+remote does not answer/);
      const waiting = (await threadsOf(worker.at)).filter(({ disk }) => disk?.path === hung.at);
      expect(waiting).not.toEqual([]);
      const index = waiting[0]?.index ?? 0;
      expect((await onWorker(worker.at, 'why', '--index', String(index))).stdout).toContain(
        `waits for its disk: ${hung.at} has not answered`,
      );
      const paused = await asked(worker, `threads/${index}/pause`, {});
      expect(paused.body).toMatchObject({ changed: true, mode: 'pausing' });
      expect(paused.ms).toBeLessThan(second);
      await asked(worker, `threads/${index}/resume`, {});
      const from = worker.lines.length;
      if (waiting.length === 1) await worker.line(/PCLanded -> Persisted/, from);
      return waiting;
    });
    for (const { index, sector } of held)
      await worker.line(new RegExp(`#${index} ${sector?.id} ProofSubmitted -> Finished`));
    expect((await threadsOf(worker.at)).map(({ incarnation }) => incarnation)).toEqual([1, 1]);
  });
});

describe.runIf(canMount)('a worker’s home whose disk hangs', () => {
  test('refuses what would be written there; the threads seal on and are controlled', async () => {
    const { dir, hung, toml } = await setup('home');
    const worker = await startWorker(dir, toml);
    await worker.line(/#0 \S+ TreeDBuilt -> TicketAssigned/);
    await whileFrozen([hung], async () => {
      const cordon = await asked(worker, 'worker/cordon', {});
      expect(cordon.body).toMatchObject({ code: 'disk_hung' });
      expect(cordon.ms).toBeLessThan(3 * second);
      expect((await asked(worker, 'worker/cordon', {})).ms).toBeLessThan(second);
      const from = worker.lines.length;
      for (const index of [0, 1]) await worker.line(new RegExp(`#${index} .*-> Finished`), from);
      const paused = await asked(worker, 'threads/1/pause', {});
      expect(paused.body).toMatchObject({ changed: true });
      for (const path of ['threads', 'worker', 'tree'])
        expect((await asked(worker, path)).ms).toBeLessThan(second);
    });
    await expect
      .poll(async () => (await asked(worker, 'worker/cordon', {})).body, soon)
      .toMatchObject({ life: 'cordoned' });
  });

  test('does not keep the worker from ending', async () => {
    const { dir, hung, toml } = await setup('home');
    const worker = await startWorker(dir, toml);
    await worker.line(/#0 \S+ TreeDBuilt -> TicketAssigned/);
    await whileFrozen([hung], async () => {
      process.kill(worker.pid, 'SIGTERM');
      await worker.line(/stopped; the same command/);
      await expect.poll(() => isListening(worker.at), soon).toBe(false);
    });
    await worker.ended;
  });
});

describe.runIf(canMount)('a manager’s home whose disk hangs', () => {
  test('is waited out by its workers: control of them answers, no thread is in error, every sector is finished', async () => {
    const { dir, hung, toml } = await setup('manager');
    const worker = await startWorker(dir, toml);
    await worker.line(/#0 \S+ TreeDBuilt -> TicketAssigned/);
    const before = await whileFrozen([hung], async () => {
      await expect
        .poll(async () => (await threadsOf(worker.at)).every(({ outage }) => outage), soon)
        .toBe(true);
      expect((await asked(worker, 'threads')).ms).toBeLessThan(second);
      return threadsOf(worker.at);
    });
    for (const { index, sector } of before)
      if (sector) await worker.line(new RegExp(`#${index} ${sector.id} ProofSubmitted -> Finished`));
    expect((await threadsOf(worker.at)).map(({ mode }) => mode)).not.toContain('paused');
  });
});

describe.runIf(canMount)('a log whose disk hangs', () => {
  test('stops neither the sealing nor the end of the daemon', async () => {
    const { dir, hung, toml } = await setup('log');
    const file = join(hung.at, 'worker.log');
    const config = write(join(dir, 'worker.toml'), toml);
    const worker = start('venus-worker', ['daemon', '-c', config, '--log-file', file]);
    await worker.line(/the log is written to/);
    const line = (pattern: RegExp) => pattern.exec(readFileSync(file, 'utf8'));
    const listens = /threads listens on (\S+)/;
    await expect.poll(() => line(listens), soon).not.toBeNull();
    const at = line(listens)?.[1] ?? '';
    await whileFrozen([hung], async () => {
      const sectors = async () => (await threadsOf(at)).map(({ sector }) => sector?.id);
      const before = await sectors();
      await expect
        .poll(async () => (await sectors()).every((id, index) => id !== before[index]), soon)
        .toBe(true);
      process.kill(worker.pid, 'SIGTERM');
      await expect.poll(() => isListening(at), soon).toBe(false);
    });
    await worker.ended;
  });
});

describe.runIf(canMount)('a location whose disk hangs from the start on', () => {
  test('fails its thread with the reason; the other seals; when it answers the thread is started', async () => {
    const { dir, hung, toml } = await setup('store1');
    const first = await startWorker(dir, toml);
    await first.line(/#0 \S+ TreeDBuilt -> TicketAssigned/);
    await first.end('SIGKILL');
    const worker = await whileFrozen([hung], async () => {
      const again = await startWorker(dir);
      await again.line(/#1 \S+ ProofSubmitted -> Finished/);
      expect(await threadsOf(again.at)).toMatchObject([
        { mode: 'failed', lastError: { message: expect.stringContaining('has not answered') } },
        {},
      ]);
      const history = asked(again, 'threads/0/history');
      for (const path of ['threads', 'worker', 'threads/1/history'])
        expect((await asked(again, path)).ms).toBeLessThan(second);
      expect((await history).body).toMatchObject({
        code: 'disk_hung',
        detail: expect.stringContaining(hung.at),
      });
      expect((await history).ms).toBeLessThan(4 * second);
      return again;
    });
    await worker.line(/#0 \S+ ProofSubmitted -> Finished/);
  });
});
