/** A disk that hangs: a file system of its own whose writes do not return until it is thawed, as those to dead storage. */
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Daemon } from './fleet.js';

/** Elsewhere than in CI this user may not be allowed to mount. */
export const canMount = process.env.CI === 'true' || process.getuid?.() === 0;

export interface FrozenDisk {
  readonly at: string;
  freeze(): void;
  thaw(): void;
}

/** Runs `body` while the disks are frozen; they are thawed behind it, however it ends: nothing of them can be killed before. */
export async function whileFrozen<T>(disks: readonly FrozenDisk[], body: () => Promise<T>): Promise<T> {
  for (const disk of disks) disk.freeze();
  try {
    return await body();
  } finally {
    for (const disk of disks) disk.thaw();
  }
}

/** `<dir>/<name>` with 64 MiB on a disk of its own. Ask for it before anything that uses it is started. */
export function frozenDisk(dir: string, name: string): FrozenDisk {
  const [at, image] = [join(dir, name), join(dir, `${name}.img`)];
  mkdirSync(at);
  const file = openSync(image, 'wx');
  ftruncateSync(file, 64 * 1024 * 1024);
  closeSync(file);
  const command = (program: string, ...args: readonly string[]) => {
    const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`this test needs root: ${program}: ${error?.message ?? stderr}`);
  };
  command('mkfs.ext4', '-q', '-F', image);
  command('mount', '-o', 'loop', image, at);
  onTestFinished(() => {
    spawnSync('fsfreeze', ['-u', at]);
    spawnSync('umount', ['-l', at]);
  });
  return { at, freeze: () => command('fsfreeze', '-f', at), thaw: () => command('fsfreeze', '-u', at) };
}

/** What the worker answers, and how long it took, ms. */
export async function asked(worker: Daemon, path: string, body?: object) {
  const from = performance.now();
  const answer = await fetch(`http://${worker.at}/api/v1/${path}`, {
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    headers: { 'Content-Type': 'application/json' },
    signal: AbortSignal.timeout(20_000),
  });
  // Each test looks at what it asked for.
  return { body: (await answer.json()) as never, status: answer.status, ms: performance.now() - from };
}

/** Whether anybody listens at host:port. */
export const isListening = (at: string) =>
  new Promise<boolean>((resolve) => {
    const [host, port] = at.split(':');
    const socket = connect(Number(port), host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
