/** Runs a thread's tasks: in a child process of the worker, or with the built-in processors in the thread itself. */
import { rawAnswer } from '../../processes/answer-scan.js';
import { type Failure, parseAnswer } from '../../processes/protocol.js';
import { SealvisorError } from '../../protocol/errors.js';
import { levelIn, StageError } from '../../protocol/level.js';
import { longSlice } from '../../protocol/long-slice.js';
import type { Progress } from '../../protocol/thread.js';
import { isOpaque, lookedAt, opaqueOutput } from '../../sealing/opaque-output.js';
import { outputFault } from '../../sealing/output-faults.js';
import { checkParts, type TaskPart, taskDigest, taskParts } from '../../sealing/task-parts.js';
import type { ProcessorStage, Tasks } from '../../sealing/tasks.js';
import { handOver } from '../../threads/hand-over.js';
import type { ProcessAnswer, ProcessCalls } from '../border/contract.js';
import { giveWay } from './give-way.js';

export interface ProcessDesk {
  /** Stages that children run. */
  readonly children: readonly string[];
  readonly calls: ProcessCalls;
}

export interface TaskWork {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  /** Prepares the files for the processor; nothing else uses them meanwhile. @default they are ready */
  ground?(): Promise<void>;
  /** A file for an output that is stored as received; nothing else writes it meanwhile. @default it stays in memory */
  into?(): Promise<string>;
}

/** Runs one task. @throws StageError, unreachable; temporary if the child died: it is restarted */
export async function processTask<S extends ProcessorStage>(
  desk: ProcessDesk,
  stage: S,
  task: Tasks[S]['task'],
  work: TaskWork,
): Promise<Tasks[S]['output']> {
  if (!desk.children.includes(stage)) {
    const { runTask } = await import('../../sealing/builtin/index.js');
    await work.ground?.();
    giveWay();
    return runTask(stage, task, work);
  }
  // Serialized and parsed in this thread, not in the main loop: a task or an answer can have 50 MB.
  longSlice();
  const parts = taskParts(task);
  const digest = taskDigest(parts);
  // A shared child cannot be stopped: its answer is awaited, and dropped if the stage was aborted.
  const left = await desk.calls.takeUp(stage, digest);
  work.signal.throwIfAborted();
  const answer = left ?? (await asked(desk, stage, parts, digest, work));
  work.signal.throwIfAborted();
  const output = await outputOf(stage, answer, work);
  const fault = outputFault(stage, await lookedAt(output));
  if (fault !== undefined)
    throw new StageError('permanent', `${answer.by} gave no output of ${stage}: ${fault}`);
  // `outputFault` has checked the shape of this stage's output, as far as it is read.
  return output as Tasks[S]['output'];
}

async function asked(
  desk: ProcessDesk,
  stage: ProcessorStage,
  parts: readonly TaskPart[],
  digest: string,
  work: TaskWork,
): Promise<ProcessAnswer> {
  await checkParts(parts, work.signal);
  await work.ground?.();
  const into = isOpaque(stage) ? await work.into?.() : undefined;
  work.signal.throwIfAborted();
  const handed = parts.map((part) => (part instanceof Uint8Array ? handOver(part) : part));
  return desk.calls.request(stage, handed, digest, into);
}

/** @throws StageError, unreachable for an answer that is a failure or unreadable */
async function outputOf(
  stage: ProcessorStage,
  { line, by }: ProcessAnswer,
  work: TaskWork,
): Promise<unknown> {
  if (!(line instanceof Uint8Array)) {
    if (!line.ok) throw failureOf(line, by);
    const { output } = line;
    return opaqueOutput(stage, output, async () => output.path);
  }
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  if (isOpaque(stage) && work.into) {
    const answer = rawAnswer(bytes);
    if (!answer.ok) throw failureOf(answer, by);
    return opaqueOutput(stage, answer.output, work.into);
  }
  longSlice(line.length);
  const answer = parseAnswer(bytes);
  if (!answer.ok) throw failureOf(answer, by);
  return answer.output;
}

function failureOf({ isUnreadable, message }: Failure, by: string): Error {
  return isUnreadable ? new StageError('permanent', `${by}: ${message}`) : failureSaid(message, by);
}

/** Our own children send a failure's level, or that a remote is unreachable. Any other failure is permanent (docs/spec.md#failures: processor failed). */
function failureSaid(message: string, by: string): Error {
  const away = /^unreachable:\s(.*)$/s.exec(message)?.[1];
  if (away !== undefined) return new SealvisorError('unreachable', away);
  const { level, rest } = levelIn(message) ?? { level: 'permanent', rest: message };
  const reason = rest.trim() === '' ? `${by} failed and gave no reason: its err_msg is empty` : rest;
  return new StageError(level, reason);
}
