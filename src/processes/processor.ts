/** A processor as a child process: ready line, requests in any order, and no request outlives it. */
import { systemClock } from '../actors/index.js';
import { SealvisorError } from '../protocol/errors.js';
import { type ProcessChild, type ProcessChildOptions, startProcess } from './process-child.js';
import {
  answerId,
  isAnswer,
  longestAnswer,
  type Progress,
  progressOf,
  readyLine,
  requestLine,
  shortened,
} from './protocol.js';

export interface ProcessorOptions
  extends Omit<ProcessChildOptions, 'name' | 'ready' | 'doneLine' | 'onLine'> {
  /** Stands in its ready line and in messages. */
  readonly stage: string;
  /** How long the child may take until it prints its ready line, ms. */
  readonly stableWaitMs: number;
  /** A line that is no answer to anything; `pid` once it is ready. True when it is taken, else it is logged. */
  readonly onStray?: (line: Buffer, pid: number | undefined) => boolean;
}

export interface Processor extends Omit<ProcessChild, 'write'> {
  readonly stage: string;
  /** Requests that wait for their answer. */
  inFlight(): number;
  /** Sends a task, or the bytes of a task's JSON; gives the line of its answer, unparsed. @throws process_gone when the child ends first, at once when it leaves */
  request(task: unknown, options?: { readonly onProgress?: (progress: Progress) => void }): Promise<Buffer>;
}

interface Asker {
  readonly onProgress: (progress: Progress) => void;
  resolve(line: Buffer): void;
  reject(reason: unknown): void;
}

/** How long after the end of its stdout a child that is to end may take for it, ms. */
const silentMs = 500;

/** Whose request a line that was cut answers: by its id, or because there is only one. */
function askerOf(line: Buffer, pending: ReadonlyMap<number, Asker>): Asker | undefined {
  return pending.get(answerId(line) ?? -1) ?? (pending.size === 1 ? [...pending.values()][0] : undefined);
}

function tooLarge(stage: string, bytes: number): string {
  const [size, limit] = [bytes, longestAnswer].map((each) => each.toLocaleString('en'));
  return `the answer of the ${stage} processor is too large: ${size} bytes, at most ${limit} are taken (docs/processors.md)`;
}

const whenSettled =
  (first: () => void) =>
  <A>(act: (value: A) => void) =>
  (value: A) => {
    first();
    act(value);
  };

/** Gives the `start` of a ChildSpec, as `processChild` does. */
export function processorChild(options: ProcessorOptions): () => Promise<Processor> {
  return () => startProcessor(options);
}

/** Starts a processor and resolves when it is ready. @throws start_failed; nothing is left running */
export async function startProcessor(options: ProcessorOptions): Promise<Processor> {
  const { stage } = options;
  const pending = new Map<number, Asker>();
  let lastId = 0;
  let isLeaving = false;
  let silence: unknown;
  const gone = () => new SealvisorError('process_gone', `child process exited: ${stage}`);
  let child: ProcessChild | undefined;
  const giveUp = (why: string) => {
    if (isLeaving || !child) return;
    options.onLog?.(why, child.pid);
    child.kill();
  };
  const refuse = (line: Buffer, bytes: number) => {
    const asker = askerOf(line, pending);
    if (asker) asker.reject(new SealvisorError('body_too_large', tooLarge(stage, bytes)));
    else giveUp(`${tooLarge(stage, bytes)}; its request is not known: the process is ended`);
  };
  const started = await startProcess({
    ...options,
    name: `processor ${stage}`,
    ready: { line: readyLine(stage), withinMs: options.stableWaitMs },
    longestLine: longestAnswer,
    onLine: (line, log, bytes) => {
      if (bytes > longestAnswer) return refuse(line, bytes);
      const asker = pending.get(answerId(line) ?? -1);
      const progress = asker && progressOf(line);
      if (progress) asker.onProgress(progress);
      else if (asker && isAnswer(line)) asker.resolve(line);
      // What gives neither an output nor an error is a log line, whatever its id.
      else if (asker) log(shortened(line));
      else if (!options.onStray?.(line, child?.pid)) log(`is no answer to anything: ${shortened(line)}`);
    },
    // A death ends it as well, and is told at once.
    onSilent: () => {
      silence = systemClock.setTimeout(() => giveUp('it closed its stdout, and is ended'), silentMs);
    },
  });
  child = started;
  void started.exited.then(() => {
    isLeaving = true;
    systemClock.clearTimeout(silence);
    for (const asker of pending.values()) asker.reject(gone());
    pending.clear();
  });
  const { write, ...rest } = started;
  return {
    ...rest,
    stage,
    stop: () => {
      isLeaving = true;
      return started.stop();
    },
    inFlight: () => pending.size,
    request: (task, { onProgress = () => undefined } = {}) =>
      new Promise<Buffer>((resolve, reject) => {
        if (isLeaving) {
          reject(gone());
          return;
        }
        const id = ++lastId;
        const line = requestLine(id, task instanceof Uint8Array ? task : JSON.stringify(task));
        const settling = whenSettled(() => pending.delete(id));
        pending.set(id, { onProgress, resolve: settling(resolve), reject: settling(reject) });
        // Who no longer reads will never answer; its end, told by `exited`, ends all that is asked of it.
        write(...line).catch(() => giveUp('it reads no more, and is ended'));
      }),
  };
}
