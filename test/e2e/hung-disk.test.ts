/** A disk that hangs holds up what works on it, and nothing else. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ThreadView } from '../../src/protocol/thread.js';
import { type Daemon, onWorker, startManager, startWorker, workerToml } from '../tools/e2e/fleet.js';
import { asked, canMount, frozenDisk, isListening, whileFrozen } from '../tools/e2e/frozen-disk.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';

const soon = { timeout: 30_000, interval: 100 };

async function setup(disk: string, grace = '2s') {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  for (let at = 1; at <= 20; at += 1) write(join(pieces, `${at}.bin`), bytes(2000, at));
  const hung = frozenDisk(dir, disk);
  const manager = await startManager(dir, { pieces });
  const more = `[sealvisor]
home = ${JSON.stringify(join(dir, 'home'))}
stop_grace = "${grace}"
[sealvisor.builtin]
least = { pc1 = "1s" }
`;
  return { dir, manager, hung, toml: workerToml(dir, manager.at, { threads: 2, more }) };
}

const threadOf = async (worker: Daemon, index: number): Promise<ThreadView> =>
  (await asked(worker, `threads/${index}`)).body;
/** A machine with much to do takes its time for a request; a disk that hangs never answers. */
const second = 1000;

describe.runIf(canMount)('a location whose disk hangs in mid-stage', () => {
  test('the other thread continues, control answers; when it answers the sector resumes by itself', async () => {
    const { dir, hung, toml, manager } = await setup('store1');
    const worker = await startWorker(dir, toml);
    const [, sector] = await worker.line(/#0 (s-\S+) TreeDBuilt -> TicketAssigned/);
    await whileFrozen([hung], async () => {
      await worker.line(/the disk of \S+store1 does not answer/);
      const from = worker.lines.length;
      await worker.line(/#1 \S+ ProofSubmitted -> Finished/, from);
      const list = await asked(worker, 'threads');
      expect(list.ms).toBeLessThan(second);
      expect(list.body).toMatchObject([{ disk: { path: hung.at } }, {}]);
      const { stdout } = await onWorker(worker.at, 'why', '--index', '0');
      expect(stdout).toMatch(/waits for its disk: \S+store1 has not answered since/);
      expect((await onWorker(worker.at, 'list', '--wide')).stdout).toContain('waiting_for_disk=');
      for (const path of ['worker', 'tree']) expect((await asked(worker, path)).ms).toBeLessThan(second);
      const refused = await asked(worker, 'threads/0/pause', {});
      expect(refused.body).toMatchObject({ code: 'disk_hung' });
      expect(refused.ms).toBeLessThan(second);
      const paused = await asked(worker, 'threads/1/pause', {});
      expect(paused.ms).toBeLessThan(second);
      expect(paused.body).toMatchObject({ changed: true });
      const known = await fetch(`http://${manager.at}/api/v1/workers`);
      expect(await known.json()).toMatchObject([{ name: 'w1', lastPing: expect.anything() }]);
    });
    await expect.poll(() => threadOf(worker, 0), soon).toMatchObject({ mode: 'paused' });
    await asked(worker, 'threads/0/resume', {});
    await worker.line(new RegExp(`#0 ${sector} ProofSubmitted -> Finished`));
    expect(await threadOf(worker, 0)).toMatchObject({ incarnation: 1 });
    expect((await threadOf(worker, 0)).disk).toBeUndefined();
  });

  test('SIGTERM ends the daemon within its grace: no port is held, no other location, and the log names the thread', async () => {
    const { dir, hung, toml } = await setup('store1');
    const worker = await startWorker(dir, toml);
    await worker.line(/#0 (s-\S+) TreeDBuilt -> TicketAssigned/);
    await whileFrozen([hung], async () => {
      await worker.line(/the disk of \S+store1 does not answer/);
      process.kill(worker.pid, 'SIGTERM');
      await worker.line(/thread #0 cannot be ended: a call to its disk does not return/);
      await worker.line(/stopped; the same command/);
      await expect.poll(() => isListening(worker.at), soon).toBe(false);
      const second = await startWorker(dir);
      const from = second.lines.length;
      await second.line(/#1 \S+ .*-> /, from);
    });
    await worker.ended;
  });

  test('a second SIGTERM ends it within a second', async () => {
    const { dir, hung, toml } = await setup('store1', '10m');
    const worker = await startWorker(dir, toml);
    await worker.line(/#0 (s-\S+) TreeDBuilt -> TicketAssigned/);
    await whileFrozen([hung], async () => {
      await worker.line(/the disk of \S+store1 does not answer/);
      process.kill(worker.pid, 'SIGTERM');
      await worker.line(/once more: at once/);
      const from = performance.now();
      process.kill(worker.pid, 'SIGTERM');
      await expect.poll(() => isListening(worker.at), { timeout: 5000, interval: 20 }).toBe(false);
      expect(performance.now() - from).toBeLessThan(1500);
    });
    await worker.ended;
  });
});
