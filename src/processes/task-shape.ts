/**
 * The shape in which a child reads its tasks: the current one (`task`, answered with `output`), or that of upstream's
 * v0.2 to v0.3.1 (`data`, answered with `result`). Both versions ignore unknown keys, so both keys are sent until an
 * answer shows the version; a large task is sent in the current shape, and in the older one if the child refuses it.
 */
import { type Clock, systemClock } from '../actors/index.js';
import { SealvisorError } from '../protocol/errors.js';
import type { LinePart } from './line-writer.js';
import { requestLine, type TaskKeys } from './protocol.js';

export interface TaskShapeOptions {
  readonly stage: string;
  /** A child that refuses its first task and is then silent for this long does not read tasks, ms. */
  readonly stableWaitMs: number;
  /** Sends a task again, in the older shape. */
  readonly send: (line: readonly LinePart[]) => void;
  /** Called when the child does not read tasks. */
  readonly onDeaf: (error: SealvisorError) => void;
  /** @default the system's */
  readonly clock?: Clock;
}

type OnLog = (line: string, pid: number) => void;

export interface TaskShape {
  /** The request line of a task. */
  line(id: number, task: readonly LinePart[]): readonly LinePart[];
  /** Reports that the child printed a line on stdout. */
  heard(line: Buffer): void;
  /** Wraps `take`: also inspects the beginning of each long line. */
  hearing<L, T>(take: (begun: Buffer, log: L) => T): (begun: Buffer, log: L) => T;
  /** Wraps `onLog`: also inspects each log line. */
  listening(onLog: OnLog | undefined): OnLog;
  stop(): void;
}

/** A larger task is not sent under both keys in one line, bytes. */
const mostTwice = 1024 * 1024;
/** What a child logs about a request that it cannot read, including serde's messages. */
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
    // Only a line that comes soon is about reading the task; a later one may come from the work itself.
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
