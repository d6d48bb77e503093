/** Disks that fail below one of three threads: that thread says so and keeps what it has, the others go on. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { isDrawn, sampled, sampleText } from '../tools/crash/sample.js';
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

const soon = { timeout: 30_000, interval: 100 };
const holdPc1 = '[sealvisor]\nstop_grace = "1ms"\n[sealvisor.builtin]\nleast = { pc1 = "1h" }';
const mount = (...args: readonly string[]) => spawnSync('mount', args).status === 0;
/** Under CI these tests run, and fail where nothing can be mounted. */
const canMount =
  process.env.CI === 'true' ||
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0;

/** Three threads; the location of #1 is a disk of its own, of `size`, if one is asked for. */
async function setup({ size, more = '' }: { readonly size?: string; readonly more?: string } = {}) {
  const dir = freshDir();
  const disk = join(dir, 'store2');
  mkdirSync(disk);
  if (size !== undefined) {
    mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk);
    onTestFinished(() => void spawnSync('umount', ['-l', disk]));
  }
  for (const at of [1, 2, 3]) write(join(dir, 'pieces', `${at}.bin`), bytes(2000, at));
  const manager = await startManager(dir, { pieces: join(dir, 'pieces') });
  const toml = workerToml(dir, manager.at, { threads: 3, more });
  return { dir, disk, toml, db: join(disk, 'sealvisor.db') };
}

const untilAll = (worker: Daemon, facts: object) =>
  expect.poll(() => threadsOf(worker.at), soon).toMatchObject([facts, facts, facts]);
const ask = (worker: Daemon, ...args: readonly string[]) => onWorker(worker.at, ...args, '--index', '1');

/** Thread #1 stands as told; the others seal. */
async function expectAlone(worker: Daemon, facts: object, others: object): Promise<void> {
  await expect.poll(() => threadsOf(worker.at), soon).toMatchObject([others, facts, others]);
}

/** Fills a disk to its last byte; gives the way back. */
function fill(dir: string): () => void {
  const ballast = join(dir, '.ballast');
  spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096']);
  return () => rmSync(ballast);
}

function flipped(content: Buffer): Buffer {
  const out = Buffer.from(content);
  const word = Buffer.from('"TicketAssigned"');
  for (let at = out.indexOf(word); at >= 0; at = out.indexOf(word, at + 1))
    out[at + 3] = (out[at + 3] ?? 0) ^ 1;
  return out;
}

const allDamages = [
  ['cut to half', (content: Buffer) => content.subarray(0, content.length / 2), /is damaged/],
  ['empty', () => Buffer.alloc(0), /is damaged \(it is empty\)/],
  ['with flipped bits in its record', flipped, /its checksum does not match/],
] as const;
const damages = allDamages.filter(([what], at) => at === allDamages.length - 1 || isDrawn(what));

afterAll(() => console.log(sampleText()));

describe('the database of one thread', () => {
  test.each(damages)(
    '%s: failed with its reason, its bytes as they are; restored, it goes on',
    async (_, spoil, why) => {
      const { dir, toml, db, disk } = await setup({ more: holdPc1 });
      const first = await startWorker(dir, toml);
      await untilAll(first, { state: 'TicketAssigned', mode: 'running' });
      await first.end('SIGTERM');
      const rows = historyOf(disk).length;
      const sound = readFileSync(db);
      const spoilt = Buffer.from(spoil(sound));
      expect(spoilt.equals(sound)).toBe(false);
      writeFileSync(db, spoilt);

      const worker = await startWorker(dir);
      const failed = {
        mode: 'failed',
        lastError: { level: 'critical', message: expect.stringMatching(why) },
      };
      await expectAlone(worker, failed, { state: 'TicketAssigned', mode: 'running' });
      expect((await onWorker(worker.at, 'list')).stdout.split('\n')[1]).toMatch(why);
      expect(await ask(worker, 'why')).toMatchObject({ code: 0, stdout: expect.stringMatching(why) });
      const history = await ask(worker, 'history', '--json');
      // What of it can be read is shown; else it says why not.
      if (history.code === 0) expect(JSON.parse(history.stdout)).toHaveLength(rows);
      else
        expect(history).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(/is damaged .*\(store_failed\)\n$/),
        });
      expect(readFileSync(db).equals(spoilt)).toBe(true);

      writeFileSync(db, sound);
      expect(await ask(worker, 'restart')).toMatchObject({ code: 0 });
      await untilAll(worker, { state: 'TicketAssigned', mode: 'running', lastError: null });
    },
  );
});

describe.runIf(canMount)('the disk of one thread', () => {
  sampled('a disk', 'full before its store is there: failed; with space and restarted it seals', async () => {
    const { dir, disk, toml } = await setup({ size: '4m' });
    const makeSpace = fill(disk);
    const worker = await startWorker(dir, toml);
    const failed = {
      mode: 'failed',
      lastError: { message: expect.stringMatching(/store2.*(no space|full)/i) },
    };
    await expectAlone(worker, failed, { mode: expect.not.stringMatching('failed') });
    for (const sector of ['1', '2']) await worker.line(new RegExp(`s-t010000-${sector} Finished -> Empty`));
    makeSpace();
    expect(await ask(worker, 'restart')).toMatchObject({ code: 0 });
    await worker.line(/#1 s-t\S+ Empty -> Allocated/);
  });

  test('full in the middle of a sector: critical, kept on that disk, the others finish; with space it continues', async () => {
    const { dir, disk, toml } = await setup({
      size: '4m',
      // Nothing looks at the disk before a stage: it is to fail in its middle.
      more: '[sealvisor]\nspace.enable = false\n[sealvisor.builtin]\nleast = { pc1 = "3s" }',
    });
    const first = await startWorker(dir, toml);
    await untilAll(first, { state: 'TicketAssigned' });
    const makeSpace = fill(disk);
    const failed = { mode: 'paused', state: 'PC1Done', lastError: { level: 'critical', stage: 'PC2' } };
    await expectAlone(first, failed, { mode: 'idle', lastError: null });
    expect((await ask(first, 'why')).stdout).toMatch(/No space left for .*free space, then resume/);
    await first.end('SIGKILL');
    const second = await startWorker(dir);
    await expectAlone(second, failed, { lastError: null });
    makeSpace();
    expect(await ask(second, 'resume')).toMatchObject({ code: 0 });
    await second.line(/#1 .* Finished -> Empty/);
  });

  sampled(
    'a disk',
    'read-only below its sectors: critical with the place, the others finish; writable again it goes on',
    async () => {
      const { dir, disk, toml } = await setup({
        size: '4m',
        more: '[sealvisor.builtin]\nleast = { pc1 = "3s" }',
      });
      const worker = await startWorker(dir, toml);
      await untilAll(worker, { state: 'TicketAssigned' });
      const sectors = join(disk, 'sectors');
      mount('--bind', sectors, sectors);
      onTestFinished(() => void spawnSync('umount', ['-l', sectors]));
      expect(mount('-o', 'remount,bind,ro', sectors)).toBe(true);
      const failed = {
        mode: 'paused',
        lastError: { level: 'critical', message: expect.stringMatching(/EROFS|read-only/) },
      };
      await expectAlone(worker, failed, { mode: 'idle', lastError: null });
      mount('-o', 'remount,bind,rw', sectors);
      expect(await ask(worker, 'resume')).toMatchObject({ code: 0 });
      await worker.line(/#1 .* Finished -> Empty/);
    },
  );

  sampled(
    'a disk',
    'read-only when the worker starts: that thread is failed, the others seal; writable again it goes on',
    async () => {
      const { dir, disk, toml } = await setup({ size: '4m', more: holdPc1 });
      const first = await startWorker(dir, toml);
      await untilAll(first, { state: 'TicketAssigned' });
      await first.end('SIGKILL');
      const before = readdirSync(disk);
      expect(mount('-o', 'remount,ro', disk)).toBe(true);
      const second = await startWorker(dir);
      const failed = {
        mode: 'failed',
        lastError: { level: 'critical', message: expect.stringMatching(/store2/) },
      };
      await expectAlone(second, failed, { state: 'TicketAssigned', mode: 'running' });
      expect(readdirSync(disk)).toEqual(before);
      expect((await ask(second, 'history')).stdout + (await ask(second, 'history')).stderr).toMatch(
        /TreeDBuilt|store2/,
      );
      mount('-o', 'remount,rw', disk);
      expect(await ask(second, 'restart')).toMatchObject({ code: 0 });
      await untilAll(second, { state: 'TicketAssigned', mode: 'running', lastError: null });
    },
  );
});
