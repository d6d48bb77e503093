/** A disk that gives no answer to anything, be it a look at a name: as a mount whose server is dead. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { canMount } from './frozen-disk.js';

export const canBeSilent = canMount && existsSync('/dev/fuse');

/** `<dir>/<name>`: nobody serves this file system. `end` makes each call to it fail. */
export function silentDisk(dir: string, name: string): { readonly at: string; end(): void } {
  const at = join(dir, name);
  mkdirSync(at);
  const server = openSync('/dev/fuse', 'r+');
  const { status, stderr } = spawnSync(
    'mount',
    ['-i', '-t', 'fuse', '-o', 'fd=3,rootmode=40000,user_id=0,group_id=0', 'silent', at],
    { stdio: ['ignore', 'ignore', 'pipe', server], encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`this test needs root and FUSE: ${stderr}`);
  let isOver = false;
  const end = () => {
    if (!isOver) closeSync(server);
    isOver = true;
  };
  onTestFinished(() => {
    end();
    spawnSync('umount', ['-l', at]);
  });
  return { at, end };
}
