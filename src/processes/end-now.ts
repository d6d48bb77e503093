/** Ends this process within a second, whatever hangs in it. */
import { spawn } from 'node:child_process';
import { idleClock } from '../actors/system-clock.js';
import { identityOf } from './mark.js';

const graceMs = 500;

/**
 * Lets this process end by itself; half a second later, if a call to a disk keeps it, it is ended with its exit code.
 * Whoever still reads its stdout gets all of it.
 */
export function endSoon(): void {
  const end = () => (process.stdout.writableLength > 0 ? endSoon() : endNow(Number(process.exitCode ?? 0)));
  idleClock.setTimeout(end, graceMs);
}

/**
 * Exits with `code`. Node waits at its exit for calls to disks and for threads that are in one, for ever where the disk
 * does not answer: a small process of its own kills this one then (exit code 137). A call that cannot be interrupted
 * leaves a process without any code running, which the system removes when the disk answers.
 */
export function endNow(code: number): never {
  const self = identityOf(process.pid);
  // Without /proc the number alone has to do: it is not given to another within half a second.
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
