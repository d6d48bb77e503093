/** A processor as a child process: ready line, answers in any order, and no request outlives it. */
import { systemClock } from '../actors/index.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { Progress } from '../protocol/thread.js';
import { type ProcessChild, type ProcessChildOptions, startProcess } from './child.js';
import { isOfFile, type LinePart } from './line-writer.js';
import type { LongAnswer } from './long-answer.js';
import { type Asker, longLines, tooLarge } from './long-lines.js';
import { answerId, isAnswer, longestAnswer, progressOf, readyLine, shortened } from './protocol.js';
import { type TaskShape, taskShape } from './task-shape.js';

export interface ProcessorOptions
  extends Omit<ProcessChildOptions, 'name' | 'ready' | 'doneLine' | 'onLine'> {
  /** Used in its ready line and in messages. */
  readonly stage: string;
  /** How long the child may take to print its ready line, ms. */
  readonly stableWaitMs: number;
  /** Largest output that is accepted into a file, bytes; called for each output. @default 4 GiB */
  readonly largestOutput?: (() => number) | undefined;
  /** Called with a line that answers no request; `pid` once it is ready. Returns true if handled, else the line is logged. */
  readonly onStray?: (line: Buffer, pid: number | undefined) => boolean;
}

export interface Processor extends Omit<ProcessChild, 'write'> {
  readonly stage: string;
  /** Requests that wait for their answer. */
  inFlight(): number;
  /**
   * Sends a task, or the bytes of a task's JSON; resolves to the line of its answer, unparsed.
   * @throws process_gone when the child ends first, at once when it is stopping
   */
  request(task: unknown, options?: RequestOptions): Promise<Buffer>;
  /**
   * The same with a task whose JSON is given in parts, and a large output: one in a line over 64 KiB is written to the
   * file `into`, whose directory exists, as the received bytes. @throws errors of the file system as well
   */
  hand(task: readonly LinePart[], options: HandOptions): Promise<Buffer | LongAnswer>;
}

export interface RequestOptions {
  readonly onProgress?: (progress: Progress) => void;
}

export interface HandOptions extends RequestOptions {
  /** @default the answer is a line in memory, of at most 72 MiB */
  readonly into?: string | undefined;
}

/** How long a child may run on after the end of its stdout before it is killed, ms. */
const silentMs = 500;

/** The request that a cut line answers: by its id, or the only one. */
function askerOf(line: Buffer, pending: ReadonlyMap<number, Asker>): Asker | undefined {
  return pending.get(answerId(line) ?? -1) ?? (pending.size === 1 ? [...pending.values()][0] : undefined);
}

/** Passes a line to its request; false when it answers no request. */
function taken(line: Buffer, pending: ReadonlyMap<number, Asker>, log: (line: string) => void): boolean {
  const asker = pending.get(answerId(line) ?? -1);
  if (!asker) return false;
  const progress = progressOf(line);
  if (progress) asker.onProgress(progress);
  else if (isAnswer(line)) asker.resolve(line);
  // A line with neither an output nor an error is a log line, even with an id.
  else log(shortened(line));
  return true;
}

/** Returns the `start` of a ChildSpec, as `processChild` does. */
export function processorChild(options: ProcessorOptions): () => Promise<Processor> {
  return () => startProcessor(options);
}

/** Starts a processor and resolves when it is ready. @throws start_failed, disk_hung; nothing is left running */
export async function startProcessor(options: ProcessorOptions): Promise<Processor> {
  const { stage } = options;
  const pending = new Map<number, Asker>();
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
    const error = tooLarge(stage, bytes);
    if (asker) asker.reject(error);
    else giveUp(`${error.message}; its request is not known: the process is ended`);
  };
  const long = longLines({ stage, pending, most: options.largestOutput });
  const resend = (line: readonly LinePart[]) =>
    child?.write(...line).catch(() => giveUp('it reads no more, and is ended'));
  const shape = shapeOf(options, pending, resend);
  const started = await startProcess({
    ...options,
    onLog: shape.listening(options.onLog),
    name: `processor ${stage}`,
    ready: { line: readyLine(stage), withinMs: options.stableWaitMs },
    longestLine: longestAnswer,
    onLongLine: shape.hearing(long.take),
    onLine: (line, log, bytes) => {
      if (child) shape.heard(line);
      if (bytes > longestAnswer) refuse(line, bytes);
      else if (!taken(line, pending, log) && !options.onStray?.(line, child?.pid))
        log(`answers no request: ${shortened(line)}`);
    },
    // The death of the child ends stdout too, and is reported at once.
    onSilent: () => {
      silence = systemClock.setTimeout(() => giveUp('it closed its stdout, and is ended'), silentMs);
    },
  });
  child = started;
  void started.exited.then(() => {
    isLeaving = true;
    shape.stop();
    systemClock.clearTimeout(silence);
    long.cut(gone);
  });
  const { write, ...rest } = started;
  const refusal = () => (isLeaving ? gone() : undefined);
  return {
    ...rest,
    ...requests({ pending, write, giveUp, lineOf: shape.line, refusal }),
    stage,
    stop: () => {
      isLeaving = true;
      return started.stop();
    },
    inFlight: () => pending.size,
  };
}

function shapeOf(
  { stage, stableWaitMs }: ProcessorOptions,
  pending: ReadonlyMap<number, Asker>,
  resend: (line: readonly LinePart[]) => void,
): TaskShape {
  const onDeaf = (error: SealvisorError) => {
    for (const asker of [...pending.values()]) asker.reject(error);
  };
  return taskShape({ stage, stableWaitMs, send: resend, onDeaf });
}

const whenSettled =
  (first: () => void) =>
  <A>(act: (value: A) => void) =>
  (value: A) => {
    first();
    act(value);
  };

interface RequestsOptions {
  readonly pending: Map<number, Asker>;
  readonly write: ProcessChild['write'];
  readonly giveUp: (why: string) => void;
  readonly lineOf: TaskShape['line'];
  /** Why no request can be sent any more; undefined if it can. */
  readonly refusal: () => SealvisorError | undefined;
}

function requests({
  pending,
  write,
  giveUp,
  lineOf,
  refusal,
}: RequestsOptions): Pick<Processor, 'request' | 'hand'> {
  let lastId = 0;
  const hand: Processor['hand'] = (task, { onProgress = () => undefined, into }) =>
    new Promise((resolve, reject) => {
      const refused = refusal();
      if (refused) {
        reject(refused);
        return;
      }
      const id = ++lastId;
      const settling = whenSettled(() => pending.delete(id));
      pending.set(id, { onProgress, into, resolve: settling(resolve), reject: settling(reject) });
      write(...lineOf(id, task)).catch((error: unknown) => {
        if (!isOfFile(error)) return giveUp('it reads no more, and is ended');
        // The line is unfinished: no further request can be sent to this process.
        pending.get(id)?.reject(error);
        giveUp(messageOf(error));
      });
    });
  return {
    hand,
    request: async (task, options = {}) => {
      const answer = await hand([task instanceof Uint8Array ? task : JSON.stringify(task)], options);
      // Without `into` the answer is never in a file.
      return answer as Buffer;
    },
  };
}
