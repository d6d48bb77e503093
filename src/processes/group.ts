/** A process that leads its own process group: everything it starts is signalled and ended with it. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { systemClock } from '../actors/index.js';
import { isThere } from '../disks/durable-file.js';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import type { ProcessEnd } from './exit.js';
import { marked } from './mark.js';
import { lookAt, runFault } from './run-fault.js';

export type Spawned = ChildProcessWithoutNullStreams & { readonly pid: number };

export interface SpawnOptions {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly mark?: string;
}

/** How long to wait after the exit for output that was printed before it, ms. */
const drainMs = 500;

/**
 * Checks first, for a path, that the program's disk answers: spawn() blocks until the system has read the program.
 * @throws start_failed when it cannot be executed, disk_hung
 */
export async function spawned(options: SpawnOptions): Promise<Spawned> {
  const { command, args = [], env = process.env, mark } = options;
  const cwd = options.cwd ?? (await presentDirectory());
  const fault = command.includes('/') ? await runFault(command, env.PATH) : undefined;
  try {
    const child = spawn(command, args, {
      env: { ...env, ...(mark === undefined ? {} : marked(mark)) },
      cwd,
      detached: true,
    });
    // The writer gets the error of a write to a dead child's pipe; without a listener it would end this process.
    for (const pipe of child.stdio) pipe?.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    // It was spawned, so it has a pid.
    return child as Spawned;
  } catch (cause) {
    // The system's own error is used only if nothing else was found: it may be ENOENT for a file that exists.
    const isAway = !(await isDirectoryThere(cwd));
    const why = isAway ? `its working directory ${cwd} does not exist` : fault && `it ${fault}`;
    const code = systemCodeOf(cause);
    const said = why ? `${why}${code === undefined ? '' : ` (${code})`}` : messageOf(cause);
    throw new SealvisorError('start_failed', `cannot run ${command}: ${said}`, { cause });
  }
}

/** With a removed working directory, or one on a hung disk, every program would fail: `/` is used then, as paths are absolute. */
async function presentDirectory(): Promise<string> {
  try {
    // Node returns a cached path, even when the directory is gone.
    const seen = process.cwd();
    return (await isDirectoryThere(seen)) ? seen : '/';
  } catch {
    return '/';
  }
}

function isDirectoryThere(path: string): Promise<boolean> {
  return lookAt(path, () => isThere(path)).catch(() => false);
}

/**
 * Waits for the exit, ends the group, and waits briefly for the output: a process that left the group may keep the
 * pipe open forever.
 */
export function endOf(child: Spawned): Promise<Pick<ProcessEnd, 'code' | 'signal'>> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      // The group's id is not reused while a member is alive; without members the signal has no receiver.
      signalGroup(child, 'SIGKILL');
      const end = () => {
        systemClock.clearTimeout(timer);
        for (const pipe of child.stdio) pipe?.destroy();
        resolve({ code, signal });
      };
      const timer = systemClock.setTimeout(end, drainMs);
      child.once('close', end);
    });
  });
}

export function isRunning(child: Spawned): boolean {
  return child.exitCode === null && child.signalCode === null;
}

export function signalGroup({ pid }: Spawned, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group is empty, or this user may not signal its members.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
