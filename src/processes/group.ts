/** A process at the head of a group of its own: all that it starts can be signalled, and ends, with it. */

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

/** How long what was printed before the end may still be on its way, ms. */
const drainMs = 500;

/**
 * The program's disk is asked first: a spawn does not return before the system has read it.
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
    // A write into a dead child's pipe is told to who wrote; without a listener it would end this process.
    for (const pipe of child.stdio) pipe?.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    // It was spawned: it has a pid.
    return child as Spawned;
  } catch (cause) {
    // The system's own word, where nothing can be seen: it would say ENOENT of a file that is there.
    const isAway = !(await isDirectoryThere(cwd));
    const why = isAway ? `its working directory ${cwd} does not exist` : fault && `it ${fault}`;
    const code = systemCodeOf(cause);
    const said = why ? `${why}${code === undefined ? '' : ` (${code})`}` : messageOf(cause);
    throw new SealvisorError('start_failed', `cannot run ${command}: ${said}`, { cause });
  }
}

/** One that was removed, or whose disk hangs, would be any program's first fault: it is given whole paths. */
async function presentDirectory(): Promise<string> {
  try {
    // Node tells the one it has seen last, also when it is gone.
    const seen = process.cwd();
    return (await isDirectoryThere(seen)) ? seen : '/';
  } catch {
    return '/';
  }
}

function isDirectoryThere(path: string): Promise<boolean> {
  return lookAt(path, () => isThere(path)).catch(() => false);
}

/** The end of the process, of its group and, as far as it comes soon, of what it printed: who left the group may hold the pipe for ever. */
export function endOf(child: Spawned): Promise<Pick<ProcessEnd, 'code' | 'signal'>> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      // The group's number is not given away while a member lives; with none there is nobody to hear it.
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
    // Nobody is left in it, or none that this user may reach.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
