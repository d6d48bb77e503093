/** A child process in a group of its own: it can be asked, stopped and killed with all it started, and its death is told once. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Child, Exit } from '../actors/index.js';
import { SealvisorError } from '../protocol/errors.js';
import { lineSplitter } from './lines.js';
import { markName } from './orphans.js';

export interface ProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whose child it is: a worker that starts on the same mark ends what an earlier one left. */
  readonly mark: string;
  readonly onLine: (line: Buffer) => void;
  readonly onLog: (line: string) => void;
}

export interface ProcessChild extends Child {
  readonly pid: number;
  /** Resolves when the line is handed to the pipe; rejects when the child is gone. */
  write(line: string): Promise<void>;
  /** SIGSTOP or SIGCONT to the whole group. */
  freeze(): void;
  thaw(): void;
}

/** How long what was printed before the end may still be on its way, ms. */
const drainMs = 500;

/** Starts a process. @throws start_failed when it cannot be executed */
export async function startProcess(options: ProcessOptions): Promise<ProcessChild> {
  const child = spawn(options.command, options.args, {
    env: { ...(options.env ?? process.env), [markName]: options.mark },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const { stdin, stdout, stderr } = child;
  let asked: 'shutdown' | 'killed' | undefined;
  stdout.on('data', lineSplitter(options.onLine));
  stderr.on(
    'data',
    lineSplitter((line) => options.onLog(line.toString())),
  );
  // A write into a dead child's pipe is told to who wrote; without a listener it would end this process.
  stdin.on('error', () => undefined);
  const exited = endOf(child).then(({ code, signal }): Exit => {
    if (asked) return { kind: asked };
    const how = signal === null ? `exited with ${code}` : `was killed by ${signal}`;
    return { kind: 'crash', error: new SealvisorError('process_gone', `${options.name} ${how}`) };
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(
        new SealvisorError('start_failed', `cannot run ${options.command}: ${cause.message}`, { cause }),
      ),
    );
  });
  // Spawned: it has a pid.
  const pid = child.pid as number;
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    pid,
    exited,
    write: (line) =>
      new Promise((resolve, reject) => {
        stdin.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    // The polite word of this protocol is the end of the input.
    stop: () => {
      asked ??= 'shutdown';
      signalGroup('SIGCONT');
      stdin.end();
    },
    kill: () => {
      asked ??= 'killed';
      signalGroup('SIGKILL');
    },
    freeze: () => signalGroup('SIGSTOP'),
    thaw: () => signalGroup('SIGCONT'),
  };
}

/** The end of the process and, as far as it comes soon, of what it printed; a grandchild may hold the pipe for ever. */
function endOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const end = () => {
        clearTimeout(timer);
        resolve({ code, signal });
      };
      const timer = setTimeout(end, drainMs);
      child.once('close', end);
    });
  });
}
