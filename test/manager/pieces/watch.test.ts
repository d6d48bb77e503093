/** What is put into the pieces directory while the manager runs. */
import { appendFileSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { filesIn, freshDir, setup } from '../../tools/manager/setup.js';

const within = { timeout: 20_000, interval: 20 };
vi.setConfig({ testTimeout: 60_000 });

test('a file that is put there is picked up, told, and given to a sector', async () => {
  const pieces = freshDir();
  const told: (readonly string[])[] = [];
  const { manager } = await setup({ pieces, onlyWithDeals: true, onPieces: (added) => told.push(added) });
  expect(manager.sectors.allocate(null, null)).toBeNull();
  filesIn({ 'a.bin': 1000 }, pieces);
  await expect.poll(() => manager.sectors.waiting().length, within).toBe(1);
  await expect.poll(() => told.flat(), within).toEqual([join(pieces, 'a.bin')]);
  expect(manager.sectors.allocate(null, null)).not.toBeNull();
});

test('a file that grows is not taken before it is left alone, and then whole', async () => {
  const pieces = freshDir();
  const { manager } = await setup({ pieces });
  const path = join(pieces, 'a.bin');
  // Of a clock that is ahead: its date never says that it is complete.
  const written = () => utimesSync(path, Date.now() / 1000 + 3600, Date.now() / 1000 + 3600);
  writeFileSync(path, 'part');
  written();
  await expect.poll(() => manager.pendingPieces(), within).toBe(1);
  for (let part = 0; part < 3; part += 1) {
    appendFileSync(path, 'part');
    written();
    expect(manager.sectors.waiting()).toEqual([]);
  }
  await expect.poll(() => manager.sectors.waiting()[0]?.payloadSize, within).toBe(16);
  expect(manager.pendingPieces()).toBe(0);
});

test('a temporary name is no piece until it is renamed, and a hidden one never is', async () => {
  const pieces = filesIn({ 'a.part': 100, '.hidden': 101, '.git/HEAD': 102 });
  const { manager } = await setup({ pieces });
  expect(manager.sectors.waiting()).toEqual([]);
  renameSync(join(pieces, 'a.part'), join(pieces, 'a'));
  await expect
    .poll(() => manager.sectors.waiting().map(({ path }) => path), within)
    .toEqual([join(pieces, 'a')]);
});

test('the directory goes away and comes back: one warning, and the watch goes on', async () => {
  const pieces = filesIn({ a: 100 });
  const { manager, warnings } = await setup({ pieces });
  rmSync(pieces, { recursive: true });
  await expect.poll(() => warnings, within).toEqual([expect.stringContaining(pieces)]);
  filesIn({ b: 1000 }, join(pieces));
  await expect.poll(() => manager.sectors.waiting().length, within).toBe(2);
  expect(warnings).toHaveLength(1);
});

test('a piece that cannot be read, or whose name is not UTF-8, is skipped with one warning; the others are taken', async () => {
  const pieces = filesIn({ a: 100 });
  writeFileSync(Buffer.concat([Buffer.from(`${pieces}/b`), Buffer.from([0xff])]), 'piece');
  mkdirSync(Buffer.concat([Buffer.from(`${pieces}/c`), Buffer.from([0xfe])]));
  const { manager, warnings } = await setup({ pieces });
  expect(manager.sectors.waiting().map(({ path }) => path)).toEqual([join(pieces, 'a')]);
  expect(warnings).toEqual([
    expect.stringMatching(/^skipped 2 files or directories that cannot be read as pieces, .*not UTF-8/),
  ]);
});

test('no second sector is given for pieces that the first one will take', async () => {
  const { manager } = await setup({ onlyWithDeals: true, pieces: filesIn({ a: 100, b: 101, c: 102 }) });
  expect(manager.sectors.allocate(null, null)).not.toBeNull();
  expect(manager.sectors.allocate(null, null)).toBeNull();
});
