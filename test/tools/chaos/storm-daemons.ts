/** Daemons whose wall clock can be stepped while they run, and whose log lies on a disk of one megabyte. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { fileOf, project } from '../e2e/setup.js';

const shim = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
].find(existsSync);

export interface StormDaemon {
  readonly pid: number;
  isAlive(): boolean;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export class StormClock {
  readonly #file: string;
  constructor(dir: string, name: string) {
    this.#file = join(dir, `${name}.clock`);
    this.step(0);
  }
  step(seconds: number): void {
    writeFileSync(this.#file, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
  }
  get env(): Readonly<Record<string, string>> {
    if (shim === undefined)
      throw new Error('this test steps clocks by libfaketime (Debian: faketime), which is not there');
    return {
      LD_PRELOAD: shim,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }
}

/** A log as a daemon writes it; `rotate` is what logrotate's copytruncate does. */
export class StormLog {
  constructor(readonly path: string) {
    writeFileSync(path, '');
  }
  rotate(): void {
    truncateSync(this.path, 0);
  }
}

/** Starts a daemon whose log is `log`, on `clock`; it is killed at the end of the test. */
export function startDaemon(
  bin: string,
  args: readonly string[],
  {
    clock,
    log,
    env = {},
  }: { readonly clock: StormClock; readonly log: StormLog; readonly env?: NodeJS.ProcessEnv },
): StormDaemon {
  const { SEALVISOR_MANAGER, SEALVISOR_WORKER, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, ...inherited } =
    process.env;
  const sink = openSync(log.path, 'a');
  const child: ChildProcess = spawn(process.execPath, [fileOf(bin), ...args], {
    cwd: project,
    env: { ...inherited, ...clock.env, ...env },
    stdio: ['ignore', sink, sink],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  onTestFinished(() => kill('SIGKILL'));
  return { pid: child.pid ?? 0, isAlive: () => child.exitCode === null && child.signalCode === null, kill };
}
