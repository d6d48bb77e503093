/** Ends this process within a second, even if something in it hangs. */
import { spawn } from 'node:child_process';
import { idleClock } from '../actors/system-clock.js';
import { identityOf } from './mark.js';

const graceMs = 500;

/**
 * Lets this process end by itself; if a disk call still keeps it alive after half a second, ends it with its exit code.
 * It waits until stdout has been read completely.
 */
export function endSoon(): void {
  const end = () => (process.stdout.writableLength > 0 ? endSoon() : endNow(Number(process.exitCode ?? 0)));
  idleClock.setTimeout(end, graceMs);
}

/**
 * Exits with `code`. At exit Node waits for disk calls and for threads that are in one, forever if the disk does not
 * answer: a small helper process then kills this one (exit code 137). An uninterruptible call leaves a process that
 * runs no code any more; the system removes it when the disk answers.
 */
export function endNow(code: number): never {
  const self = identityOf(process.pid);
  // Without /proc only the pid is checked: it is not reused within half a second.
  const isSelf =
    self === undefined
      ? 'true'
      : `[ "$(cut -d" " -f22 /proc/${process.pid}/stat)" = "${self.split('/').at(-1)}" ]`;
  spawn('/bin/sh', ['-c', `sleep ${graceMs / 1000}; ${isSelf} && kill -9 ${process.pid}`], {
    detached: true,
    stdio: 'ignore',
  }).unref();
  process.exit(code);
}
