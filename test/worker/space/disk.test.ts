import { mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diskReader } from '#src/worker/space/disk.js';
import { quiet, TestClock } from '../../tools/actors/world.js';
import { freshDir } from '../../tools/worker/setup.js';

/** A reader whose disks answer when they are told to. */
function slowDisks() {
  const clock = new TestClock();
  const asked: { readonly path: string; answer(): void }[] = [];
  const ask = (async (path: string) => {
    const answered = Promise.withResolvers<void>();
    asked.push({ path, answer: () => answered.resolve() });
    await answered.promise;
    return statfs('/');
    // Called with a path alone.
  }) as unknown as typeof statfs;
  return { clock, asked, disks: diskReader(clock, 2000, ask) };
}

test('a disk tells what is free on it, and which file system it is', async () => {
  const dir = freshDir();
  const { bsize, blocks } = await statfs(dir);
  expect(await diskReader(new TestClock()).read(dir)).toMatchObject({
    isRead: true,
    device: statSync(dir).dev,
    totalBytes: bsize * blocks,
  });
});

test('a directory that is not made yet is on the disk of the one it will be in', async () => {
  const dir = freshDir();
  const reading = await diskReader(new TestClock()).read(join(dir, 'not', 'yet'));
  expect(reading).toMatchObject({ isRead: true, device: statSync(dir).dev });
});

test('a path that is none says why', async () => {
  const file = join(freshDir(), 'file');
  writeFileSync(file, '');
  const reading = await diskReader(new TestClock()).read(join(file, 'below'));
  expect(reading).toMatchObject({ isRead: false, why: expect.stringContaining('ENOTDIR') });
});

test('a disk that does not answer is told so at the deadline, is not asked meanwhile, and is when it has answered', async () => {
  const { clock, asked, disks } = slowDisks();
  const dir = freshDir();
  const first = disks.read(dir);
  await clock.advance(2000);
  expect(await first).toEqual({ isRead: false, why: 'it has not answered within 2 s' });
  expect(await disks.read(dir)).toEqual({ isRead: false, why: 'it has not answered within 2 s' });
  expect(asked).toHaveLength(1);
  asked[0]?.answer();
  await quiet();
  await expect
    .poll(() => {
      void disks.read(dir);
      return asked.length;
    })
    .toBeGreaterThan(1);
});

test('disks that do not answer keep no other from being asked', async () => {
  const { clock, disks, asked } = slowDisks();
  const hung = [freshDir(), freshDir(), freshDir(), freshDir(), freshDir()];
  const reads = hung.map((dir) => disks.read(dir));
  await clock.advance(2000);
  await Promise.all(reads);
  const sound = freshDir();
  const reading = disks.read(sound);
  await expect.poll(() => asked.map(({ path }) => path)).toEqual([...hung, sound]);
  asked.at(-1)?.answer();
  expect(await reading).toMatchObject({ isRead: true });
});

test('what files take on disk is counted, not how long they say they are; what is not there takes nothing', async () => {
  const dir = freshDir();
  mkdirSync(join(dir, 'cache'));
  const disks = diskReader(new TestClock());
  const before = (await disks.bytesIn([dir])) ?? 0;
  writeFileSync(join(dir, 'cache', 'layer'), Buffer.alloc(64 * 1024, 1));
  writeFileSync(join(dir, 'sparse'), '');
  truncateSync(join(dir, 'sparse'), 2 ** 30);
  const grown = ((await disks.bytesIn([dir])) ?? 0) - before;
  expect(grown).toBeGreaterThanOrEqual(64 * 1024);
  expect(grown).toBeLessThan(2 ** 20);
  expect(await disks.bytesIn([join(dir, 'none')])).toBe(0);
});
