/** A directory is made on the disk that holds the mark, or not at all. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeOnDisk } from '#src/disks/make-on-disk.js';
import { marksDir } from '#src/disks/mark.js';
import { bindDisk, canMount } from '../tools/e2e/bind-disk.js';
import { freshDir } from '../tools/e2e/setup.js';

test('makes all of them, and takes what is there', async () => {
  const root = freshDir();
  mkdirSync(join(root, marksDir));
  for (const round of [1, 2]) {
    await makeOnDisk(root, join(root, 'sectors', 's-t01-1', 'cache'));
    expect([round, readdirSync(join(root, 'sectors'))]).toEqual([round, ['s-t01-1']]);
  }
});

test('makes nothing where no mark is, and nothing outside', async () => {
  const root = freshDir();
  await expect(makeOnDisk(root, join(root, 'sectors'))).rejects.toMatchObject({ code: 'wrong_disk' });
  expect(readdirSync(root)).toEqual([]);
  mkdirSync(join(root, marksDir));
  await expect(makeOnDisk(root, join(root, '..', 'other'))).rejects.toThrow('is not inside');
});

test.runIf(canMount)('makes nothing on the disk below when it is unmounted at any moment', async () => {
  const disk = bindDisk(freshDir(), 'store');
  mkdirSync(join(disk.at, marksDir));
  disk.unmount();
  for (let round = 0; round < 50; round += 1) {
    disk.mount();
    const made = makeOnDisk(disk.at, join(disk.at, `s-${round}`, 'cache')).catch((thrown: unknown) => thrown);
    // Some of the rounds meet it in the middle.
    for (let turn = 0; turn < round % 5; turn += 1) await new Promise(setImmediate);
    disk.unmount();
    await made;
    expect(readdirSync(disk.at)).toEqual([]);
  }
});
