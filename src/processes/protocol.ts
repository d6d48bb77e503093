/** The external processor protocol (docs/spec.md#processor-protocol): one JSON value per line, in both directions. Pure. */

import { fieldsOf, isObject, type JsonObject } from '../protocol/json-object.js';
import { jsonFault } from '../protocol/nesting.js';
import type { Progress } from '../protocol/thread.js';
import type { LinePart } from './line-writer.js';

/** What the child prints when it is up. */
export function readyLine(stage: string): string {
  return `${stage} processor ready`;
}

/** The key of a task: the current one, that of upstream's v0.2 to v0.3.1, or both. */
export type TaskKeys = 'task' | 'data' | 'both';

/** The line of a request, in parts; `task` is the task's JSON. */
export function requestLine(
  id: number,
  task: readonly LinePart[],
  keys: TaskKeys = 'task',
): readonly LinePart[] {
  if (keys === 'both') return [`{"id":${id},"task":`, ...task, ',"data":', ...task, '}'];
  return [`{"id":${id},"${keys}":`, ...task, '}'];
}

/** Longest answer that is accepted in memory, bytes: every stage is tested with it. */
export const longestAnswer = 72 * 1024 * 1024;

/**
 * Largest output that is accepted into a file, bytes. Upstream's largest, C1 of non-interactive PoRep at 32GiB, is
 * about 500 MB.
 */
export const largestOutput = 4 * 1024 * 1024 * 1024;

/** How far from the start or end of a line an id is searched, bytes; upstream's processors write it first. */
const idWithin = 64;

/** Up to this length a line without an id near its ends is parsed on the main thread, bytes. */
const longestParsedForId = 1024 * 1024;

/**
 * The id of an answer, read without parsing all of a long one: 50 MB would block the loop for half a second.
 * Undefined for a line that is not an answer.
 */
export function answerId(line: Buffer): number | undefined {
  const early = headId(line);
  if (early !== undefined) return early;
  const tail = line.toString('latin1', Math.max(0, line.length - idWithin));
  const found = line[0] === 0x7b ? /,\s*"id"\s*:\s*(\d{1,15})\s*\}\s*$/.exec(tail) : null;
  if (found) return Number(found[1]);
  if (line[0] !== 0x7b || line.length > longestParsedForId) return undefined;
  const answer = parsed(line);
  return typeof answer?.id === 'number' ? answer.id : undefined;
}

/** The id at the beginning of a line whose end may not have arrived yet. */
export function headId(line: Buffer): number | undefined {
  const head = line.toString('latin1', 0, idWithin);
  const found = /^\s*\{\s*"id"\s*:\s*(\d{1,15})\s*[,}]/.exec(head);
  return found ? Number(found[1]) : undefined;
}

/** Longer lines are not parsed to classify them, bytes. */
const longestParsed = 64 * 1024;
/** Upstream's processors of v0.2 to v0.3.1 write `result` for `output`. */
export const outputKeys = ['output', 'result'];
const answerKeys = [...outputKeys, 'err_msg'];

/** Whether a line with an id ends its request: only an output or an error does. */
export function isAnswer(line: Buffer): boolean {
  const value = line.length <= longestParsed ? parsed(line) : undefined;
  if (value) return answerKeys.some((key) => key in value);
  // A long line, or a broken one: its request must not wait forever.
  return answerKeys.some((key) => line.includes(`"${key}"`));
}

/** `isUnreadable`: the message is ours, not the processor's. */
export interface Failure {
  readonly ok: false;
  readonly message: string;
  readonly isUnreadable?: true;
}

export type Answer = { readonly ok: true; readonly output: unknown } | Failure;

/** The answer on a line; a line that is not an answer is a failure that shows its first 100 characters. */
export function parseAnswer(line: Buffer): Answer {
  const fault = jsonFault(line);
  if (fault !== undefined) return { ok: false, message: `its answer ${fault}`, isUnreadable: true };
  const answer = parsed(line);
  if (!answer) return { ok: false, message: `not an answer: ${shortened(line)}`, isUnreadable: true };
  return failureSaid(answer.err_msg) ?? { ok: true, output: answer.output ?? answer.result ?? null };
}

/** The failure in an answer's err_msg; undefined if there is none. */
export function failureSaid(message: unknown): Failure | undefined {
  if (typeof message === 'string') return { ok: false, message };
  if (message === null || message === undefined || message === false) return undefined;
  // In any form it means that the task failed.
  return {
    ok: false,
    message: `its err_msg is not text: ${JSON.stringify(message).slice(0, 100)}`,
    isUnreadable: true,
  };
}

/** Longer lines are answers, bytes. */
const longestProgress = 512;

/** The progress on a line `{"id":1,"progress":{…}}`, our extension; undefined when the line is an answer. */
export function progressOf(line: Buffer): Progress | undefined {
  if (line.length > longestProgress || !line.includes('"progress"')) return undefined;
  const progress = parsed(line)?.progress;
  const { done, total, unit } = fieldsOf(progress);
  if (typeof done !== 'number' || typeof total !== 'number' || typeof unit !== 'string') return undefined;
  return { done, total, unit };
}

/** A line for a log, cut to 100 characters. */
export function shortened(line: Buffer): string {
  const text = line.toString('utf8', 0, 400);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function parsed(line: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
