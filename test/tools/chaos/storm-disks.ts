/** Disks that can be taken away, filled and given back: small file systems in memory, mounted where a worker looks for them. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface StormDisk {
  readonly name: string;
  /** Where the worker looks. */
  readonly path: string;
  take(): void;
  giveBack(): void;
  fill(): void;
  makeRoom(): void;
  /** What was written to the directory below, while the disk was away. */
  below(): readonly string[];
}

function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args);
  if (status !== 0) throw new Error(`this test mounts small disks, and cannot: ${stderr}`);
}

export function stormDisk(dir: string, name: string, megabytes: number): StormDisk {
  const [device, path] = [join(dir, 'devices', name), join(dir, name)];
  mkdirSync(device, { recursive: true });
  mkdirSync(path);
  mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', device);
  let isMounted = false;
  const giveBack = () => {
    if (!isMounted) mount('--bind', device, path);
    isMounted = true;
  };
  const take = () => {
    if (isMounted) spawnSync('umount', ['-l', path]);
    isMounted = false;
  };
  onTestFinished(() => {
    take();
    spawnSync('umount', ['-l', device]);
  });
  giveBack();
  const ballast = join(device, 'ballast');
  return {
    name,
    path,
    take,
    giveBack,
    fill: () => {
      const file = openSync(ballast, 'w');
      try {
        const { bavail, bsize } = statfsSync(device);
        writeSync(file, Buffer.alloc(bavail * bsize, 1));
      } catch {
        // Somebody was quicker to write the last page: it is as full.
        ftruncateSync(file, 0);
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    below: () => {
      take();
      const found = readdirSync(path);
      giveBack();
      return found;
    },
  };
}
