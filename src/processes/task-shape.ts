/**
 * In which shape a child reads its tasks: today's (`task`, answered with `output`), or that of upstream's v0.2 to v0.3.1
 * (`data`, answered with `result`). Neither version minds a key that it does not know, so both are sent until an answer
 * says which one it is; a large task goes out once, in today's shape, and in the older one when the child refuses that.
 */
import { type Clock, systemClock } from '../actors/index.js';
import { SealvisorError } from '../protocol/errors.js';
import type { LinePart } from './line-writer.js';
import { requestLine, type TaskKeys } from './protocol.js';

export interface TaskShapeOptions {
  readonly stage: string;
  /** A child that refused its first task, and is silent for so long after, reads no tasks, ms. */
  readonly stableWaitMs: number;
  /** Writes a line once more, in the older shape. */
  readonly send: (line: readonly LinePart[]) => void;
  /** The child reads no tasks. */
  readonly onDeaf: (error: SealvisorError) => void;
  /** @default the system's */
  readonly clock?: Clock;
}

type OnLog = (line: string, pid: number) => void;

export interface TaskShape {
  /** The line by which a task is sent. */
  line(id: number, task: readonly LinePart[]): readonly LinePart[];
  /** It has said something on stdout. */
  heard(line: Buffer): void;
  /** Gives the beginning of a long line to `take`, and looks at it. */
  hearing<L, T>(take: (begun: Buffer, log: L) => T): (begun: Buffer, log: L) => T;
  /** Gives each line that it logs to `onLog`, and looks at it. */
  listening(onLog: OnLog | undefined): OnLog;
  stop(): void;
}

/** A larger task is not sent twice in one line, bytes. */
const mostTwice = 1024 * 1024;
/** What a child says of a request that it cannot read; serde's words among them. */
const refusal = /missing field|unknown field|unmarshal|deserializ|invalid request|no request/i;
const keyOf = /^\s*\{\s*"id"\s*:\s*\d+\s*,\s*"err_msg"\s*:\s*null\s*,\s*"(output|result)"\s*:/;

export function taskShape({
  stage,
  stableWaitMs,
  send,
  onDeaf,
  clock = systemClock,
}: TaskShapeOptions): TaskShape {
  let known: TaskKeys | undefined;
  let isHeard = false;
  let first: { readonly id: number; readonly task: readonly LinePart[]; sentMs: number } | undefined;
  let timer: unknown;
  const stop = () => {
    clock.clearTimeout(timer);
    timer = undefined;
  };
  const keysFor = (task: readonly LinePart[]): TaskKeys =>
    known ?? (sizeOf(task) <= mostTwice ? 'both' : 'task');
  const logged = (line: string) => {
    // Only what comes at once is said of the task, and not by the work at it.
    if (!first || timer !== undefined || !refusal.test(line)) return;
    if (clock.now() - first.sentMs > stableWaitMs) return;
    if (keysFor(first.task) === 'task') {
      known = 'data';
      first.sentMs = clock.now();
      send(requestLine(first.id, first.task, known));
      return;
    }
    timer = clock.setTimeout(() => onDeaf(deaf(stage, stableWaitMs, line)), stableWaitMs);
  };
  const heard = (line: Buffer) => {
    isHeard ||= first !== undefined;
    first = undefined;
    stop();
    const key = keyOf.exec(line.toString('latin1', 0, 128))?.[1];
    if (key !== undefined) known = key === 'result' ? 'data' : 'task';
  };
  return {
    line: (id, task) => {
      if (!isHeard) first ??= { id, task, sentMs: clock.now() };
      return requestLine(id, task, keysFor(task));
    },
    heard,
    hearing: (take) => (begun, log) => {
      heard(begun);
      return take(begun, log);
    },
    listening: (onLog) => (line, pid) => {
      logged(line);
      onLog?.(line, pid);
    },
    stop,
  };
}

function deaf(stage: string, waitedMs: number, line: string): SealvisorError {
  return new SealvisorError(
    'start_failed',
    `the ${stage} processor does not take its tasks: it logged "${line.slice(0, 200)}" at its first one, and has been silent for ${waitedMs} ms since; check that the bin of [[processors.${stage}]] speaks the protocol of docs/processors.md, then resume`,
  );
}

function sizeOf(task: readonly LinePart[]): number {
  return task.reduce((sum, part) => {
    if (typeof part === 'string') return sum + Buffer.byteLength(part);
    return sum + (part instanceof Uint8Array ? part.length : part.bytes);
  }, 0);
}
