/** One process under test: its stdout is kept line by line, and every wait for it has a deadline. */
import { systemClock } from '../../actors/system-clock.js';
import { endOf, isRunning, signalGroup, spawned } from '../../processes/group.js';
import { isWord, lineSplitter } from '../../processes/lines.js';
import { answerId, isAnswer, progressOf } from '../../processes/protocol.js';
import { Opaque } from '../opaque.js';

export interface Said {
  readonly line: Buffer;
  /** Time since the start, in ms. */
  readonly atMs: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Trial {
  /** Lines on stdout, in order. */
  readonly lines: readonly Said[];
  /** Ids of the requests that were sent. */
  readonly asked: ReadonlySet<number>;
  /** How it ended by itself; undefined if it did not. */
  endedEarly(): Ended | undefined;
  isUp(): boolean;
  send(line: string): void;
  /** Sends a request and returns its id. A task that is an Opaque text is sent unchanged. */
  ask(task: unknown): number;
  answers(id: number): readonly Said[];
  /** Waits for `isSo`; false when the time is over or the process has ended first. */
  until(isSo: () => boolean, withinMs: number): Promise<boolean>;
  /** Closes its stdin; undefined when it did not exit in time and was killed. */
  end(withinMs: number): Promise<Ended | undefined>;
}

export interface TrialOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Kills the process. */
  readonly signal: AbortSignal;
}

/** @throws start_failed when it cannot be executed */
export async function startTrial({ command, args, signal }: TrialOptions): Promise<Trial> {
  const child = await spawned({ command, args });
  const startedMs = performance.now();
  const lines: Said[] = [];
  const asked = new Set<number>();
  let ended: Ended | undefined;
  let isAsked = false;
  const { look, until } = waits(() => ended !== undefined);
  child.stdout.on(
    'data',
    lineSplitter((line) => {
      lines.push({ line, atMs: performance.now() - startedMs });
      look();
    }),
  );
  // Its log is not used, but an unread pipe would fill up and block the process.
  child.stderr.resume();
  const over = endOf(child).then((how) => {
    ended = how;
    signal.removeEventListener('abort', kill);
    look();
  });
  const kill = () => {
    isAsked = true;
    if (isRunning(child)) signalGroup(child, 'SIGKILL');
  };
  signal.addEventListener('abort', kill);
  if (signal.aborted) kill();

  const send = (line: string) => void child.stdin.write(`${line}\n`);
  let early: Ended | undefined;
  return {
    lines,
    asked,
    endedEarly: () => early ?? (isAsked ? undefined : ended),
    isUp: () => ended === undefined && isRunning(child),
    send,
    ask: (task) => {
      const id = asked.size + 1;
      asked.add(id);
      send(`{"id":${id},"task":${jsonOf(task)}}`);
      return id;
    },
    answers: (id) => lines.filter(({ line }) => answerId(line) === id && isAnswer(line)),
    until,
    end: async (withinMs) => {
      if (!isAsked) early = ended;
      isAsked = true;
      child.stdin.end();
      if (await until(() => ended !== undefined, withinMs)) return ended;
      kill();
      await over;
      return undefined;
    },
  };
}

const jsonOf = (task: unknown) =>
  task instanceof Opaque && typeof task.json === 'string' ? task.json : JSON.stringify(task);

/** Waits whose conditions are checked at each `look`; when `isOver`, all of them end. */
function waits(isOver: () => boolean) {
  const watchers = new Set<() => void>();
  return {
    look: () => {
      for (const watcher of watchers) watcher();
    },
    until: (isSo: () => boolean, withinMs: number): Promise<boolean> => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const settle = (is: boolean) => {
        watchers.delete(watcher);
        systemClock.clearTimeout(timer);
        resolve(is);
      };
      const watcher = () => {
        if (isSo()) settle(true);
        else if (isOver()) settle(false);
      };
      const timer = systemClock.setTimeout(() => settle(isSo()), withinMs);
      watchers.add(watcher);
      watcher();
      return promise;
    },
  };
}

/** Lines of a trial that are its ready line. */
export function readyLines(trial: Trial, word: string): readonly Said[] {
  return trial.lines.filter(({ line }) => isWord(line, word));
}

/** Ids of its answers, in order. */
export function answerIds({ lines }: Trial): readonly number[] {
  return lines.flatMap(({ line }) => (progressOf(line) || !isAnswer(line) ? [] : (answerId(line) ?? [])));
}
