/** A disk of its own behind a directory, which can be taken away and put back. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Elsewhere than in CI this user may not be allowed to mount. */
export const canMount = process.env.CI === 'true' || process.getuid?.() === 0;

export interface BindDisk {
  readonly at: string;
  mount(): void;
  unmount(): void;
}

/** Mounted at `<dir>/<name>`, until the test has ended. */
export function bindDisk(dir: string, name: string): BindDisk {
  const [at, source] = [join(dir, name), join(dir, `${name}.disk`)];
  mkdirSync(at);
  mkdirSync(source);
  const command = (program: string, ...args: readonly string[]) => {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`this test needs root: ${program}: ${stderr}`);
  };
  const mount = () => command('mount', '--bind', source, at);
  onTestFinished(() => void spawnSync('umount', ['-l', at]));
  mount();
  return { at, mount, unmount: () => command('umount', '-l', at) };
}
