/** Files that come from outside: what is not a regular file of a sane size never holds the reader. */
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRegular, readRegular, readRegularSync } from '#src/disks/regular-file.js';
import { freshDir, put } from '../tools/disks/setup.js';

const limits = { mostBytes: 100 };

test('a regular file is read whole', async () => {
  const path = put(join(freshDir(), 'file'), 'content');
  expect((await readRegular(path, limits)).toString()).toBe('content');
  expect(readRegularSync(path, limits).toString()).toBe('content');
});

test('a FIFO, a device behind a link and a directory are refused at once', async () => {
  const dir = freshDir();
  const fifo = join(dir, 'fifo');
  spawnSync('mkfifo', [fifo]);
  symlinkSync('/dev/zero', join(dir, 'zero'));
  for (const path of [fifo, join(dir, 'zero'), dir]) {
    const refusal = expect.stringContaining('is not a regular file');
    await expect(readRegular(path, limits)).rejects.toMatchObject({ message: refusal });
    await expect(openRegular(path)).rejects.toMatchObject({ message: refusal });
    expect(() => readRegularSync(path, limits)).toThrow(/is not a regular file/);
  }
});

test('a file over the limit is refused with both sizes', async () => {
  const path = put(join(freshDir(), 'file'), 'x'.repeat(101));
  await expect(readRegular(path, limits)).rejects.toThrow(/has 101 bytes, more than the 100/);
  expect(() => readRegularSync(path, limits)).toThrow(/has 101 bytes/);
});
