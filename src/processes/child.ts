/**
 * A child process in its own process group: it is stopped and killed with everything it started, and its exit is
 * reported once.
 */
import { type Child, systemClock } from '../actors/index.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { exitOf, type ProcessEnd } from './exit.js';
import { endOf, isRunning, type Spawned, type SpawnOptions, signalGroup, spawned } from './group.js';
import { type LinePart, lineWriter } from './line-writer.js';
import { isWord, type LineTaker, lineSplitter } from './lines.js';
import { logBudget, longestLogLine } from './log-budget.js';
import { runFault } from './run-fault.js';

export interface ProcessChildOptions extends SpawnOptions {
  /** For messages. */
  readonly name: string;
  /** The executable; it runs in its own process group, out of reach of a terminal's Ctrl-C. */
  readonly command: string;
  /** @default [] */
  readonly args?: readonly string[];
  /** The whole environment of the child. @default this process's */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default this process's working directory */
  readonly cwd?: string;
  /** The owner's mark (`homeMark`): a later owner of the same home can end leftover processes (`endOrphans`). @default none */
  readonly mark?: string;
  /** The line on stdout by which the child reports that it is up. @default up when it is started */
  readonly ready?: { readonly line: string | RegExp; readonly withinMs: number };
  /** The line on stdout by which the child reports that its work is complete: its exit is then `normal`. @default none */
  readonly doneLine?: string | RegExp;
  /** How long after `stop()`, which ends its stdin, the group gets a SIGTERM, ms. @default 1000 */
  readonly termAfterMs?: number;
  /** How long after `stop()` the group is killed, ms; a supervisor's deadline (`shutdown`) may come first. @default 5000 */
  readonly graceMs?: number;
  /** Each line on stdout, except the ready line; `log` logs a line within the budget of this child. @default dropped */
  readonly onLine?: (line: Buffer, log: (line: string) => void, bytes: number) => void;
  /** Bytes of a stdout line beyond this are dropped; `bytes` of `onLine` is the full length. @default 500 MiB */
  readonly longestLine?: number;
  /** Called when a stdout line exceeds 64 KiB; a returned taker receives it, as it arrives, instead of `onLine`. @default none */
  readonly onLongLine?: (begun: Buffer, log: (line: string) => void) => LineTaker | undefined;
  /** Called when its stdout has ended, because it died or closed it. @default nothing */
  readonly onSilent?: () => void;
  /**
   * Called with each log line (stderr, and `log` above), cut to 8 KiB, and the pid. At most 500 lines or 256 KiB per 10 s
   * are passed on, then the number of dropped lines. @default dropped
   */
  readonly onLog?: (line: string, pid: number) => void;
}

export interface ProcessChild extends Child {
  readonly pid: number;
  /** Writes a line, in one or more parts. Resolves when it is written to the pipe; rejects when the child is gone. */
  write(...parts: readonly LinePart[]): Promise<void>;
  /** SIGSTOP to the whole group; `stop()` and `kill()` work on a frozen one too. */
  freeze(): void;
  thaw(): void;
}

const nothing = () => undefined;

/**
 * Returns the `start` of a ChildSpec. The child's exit is `shutdown` or `killed` when that was requested, `normal` only
 * when it printed `doneLine`, else `crash`; everything it started in its group ends with it. `start` rejects with
 * `start_failed` or `disk_hung`, and nothing is left running. If this process is killed, the child sees the end of its
 * stdin; one that ignores that is found by its `mark`.
 *
 * @example
 * const start = processChild({ name: 'indexer', command: './indexer', ready: { line: 'ready', withinMs: 5000 } });
 * await startSupervisor({ children: [{ id: 'indexer', start }] });
 */
export function processChild(options: ProcessChildOptions): () => Promise<ProcessChild> {
  return () => startProcess(options);
}

/** Starts a process and resolves when it is ready. @throws start_failed, disk_hung; nothing is left running */
export async function startProcess(options: ProcessChildOptions): Promise<ProcessChild> {
  const { ready, doneLine, onLine = nothing, onLog = nothing, onSilent = nothing } = options;
  const said = { isReady: ready === undefined, isDone: false };
  const { promise: up, resolve: isUp } = Promise.withResolvers<void>();
  const running = await spawned(options);
  const log = logBudget((line) => onLog(line, running.pid), { name: options.name });
  const split = lineSplitter(
    (line, bytes) => {
      if (doneLine !== undefined && isWord(line, doneLine)) said.isDone = true;
      if (said.isReady || !ready || !isWord(line, ready.line)) return onLine(line, log, bytes);
      said.isReady = true;
      isUp();
    },
    { longest: options.longestLine, onLong: (begun) => options.onLongLine?.(begun, log) },
  );
  const { stdout } = running;
  stdout.on('data', (chunk: Buffer) => {
    const wait = split(chunk);
    if (!wait) return;
    stdout.pause();
    void wait.then(() => stdout.resume());
  });
  stdout.once('end', onSilent);
  running.stderr.on('data', lineSplitter(log, { longest: longestLogLine + 1 }));
  const child = childOf(running, options, () => said.isDone);
  if (ready) await readyInTime(up, child, options, ready);
  return child;
}

function childOf(
  running: Spawned,
  { name, termAfterMs = 1000, graceMs = 5000 }: ProcessChildOptions,
  saidDone: () => boolean,
): ProcessChild {
  const { pid, stdin } = running;
  let asked: ProcessEnd['asked'];
  let timers: readonly unknown[] = [];
  // After its exit the pid may belong to another process.
  const signal = (name: NodeJS.Signals) => isRunning(running) && signalGroup(running, name);
  const exited = endOf(running).then((end) => exitOf(name, { ...end, asked, saidDone: saidDone() }));
  running.once('exit', () => {
    for (const timer of timers) systemClock.clearTimeout(timer);
  });
  const kill = () => {
    if (isRunning(running)) asked = 'killed';
    signal('SIGKILL');
  };
  return {
    pid,
    exited,
    kill,
    write: lineWriter(stdin),
    stop: () => {
      if (asked || !isRunning(running)) return;
      asked = 'shutdown';
      signal('SIGCONT');
      stdin.end();
      timers = [
        systemClock.setTimeout(() => signal('SIGTERM'), termAfterMs),
        systemClock.setTimeout(kill, graceMs),
      ];
    },
    freeze: () => void signal('SIGSTOP'),
    thaw: () => void signal('SIGCONT'),
  };
}

async function readyInTime(
  up: Promise<void>,
  child: Child,
  { name, command, env }: ProcessChildOptions,
  { line, withinMs }: NonNullable<ProcessChildOptions['ready']>,
): Promise<void> {
  let timer: unknown;
  const late = new Promise<string>((resolve) => {
    const shown = typeof line === 'string' ? `"${line}"` : String(line);
    timer = systemClock.setTimeout(
      () => resolve(`it did not print ${shown} within ${withinMs} ms`),
      withinMs,
    );
  });
  const died = child.exited.then((exit) =>
    exit.kind === 'crash' ? `${messageOf(exit.error)} before it was ready` : 'it ended before it was ready',
  );
  const why = await Promise.race([up, late, died]);
  systemClock.clearTimeout(timer);
  if (why === undefined) return;
  child.kill();
  await child.exited;
  // The system may have run a file that it cannot execute itself through a shell.
  const fault = command.includes('/')
    ? await runFault(command, env?.PATH).catch((silent: unknown) => `(${messageOf(silent)})`)
    : undefined;
  const cause = fault === undefined ? '' : `; ${command} ${fault}`;
  throw new SealvisorError('start_failed', `${name} did not start: ${why}${cause}`);
}
