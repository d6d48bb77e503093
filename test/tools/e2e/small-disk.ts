/**
 * A directory on a disk that gets full while a layer of labels is written: a real small disk where this user may
 * mount one, else a worker whose writes to a layer are refused as such a disk would refuse them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freshDir, type RunOptions, write } from './setup.js';

export interface SmallDisk {
  readonly dir: string;
  /** What a worker is started with so that it meets the full disk. */
  readonly options: RunOptions;
  makeSpace(): void;
}

const megabyte = 1024 * 1024;

/** Room for the staged sector, tree D and a layer and a half of an 8MiB sector, until space is made. */
export function smallDisk(): SmallDisk {
  const dir = join(freshDir(), 'disk');
  mkdirSync(dir);
  return mounted(dir) ?? pretended(dir);
}

function mounted(dir: string): SmallDisk | undefined {
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', dir]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync('umount', ['-l', dir]));
  const ballast = write(join(dir, '.ballast'), Buffer.alloc(44 * megabyte, 1));
  return { dir, options: {}, makeSpace: () => rmSync(ballast) };
}

function pretended(dir: string): SmallDisk {
  const full = write(join(dir, 'full'), '');
  const preload = write(
    join(dir, 'full-disk.mjs'),
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const writeSync = fs.writeSync;
fs.writeSync = (fd, bytes, offset, length, position) => {
  const isFull = position > ${4 * megabyte} && fs.existsSync(${JSON.stringify(full)});
  if (isFull && fs.readlinkSync('/proc/self/fd/' + fd).includes('data-layer-2'))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  return writeSync(fd, bytes, offset, length, position);
};
syncBuiltinESMExports();
`,
  );
  if (!existsSync('/proc/self/fd')) throw new Error('neither a mount nor /proc: no way to fill a disk here');
  return { dir, options: { nodeArgs: ['--import', preload] }, makeSpace: () => rmSync(full) };
}
