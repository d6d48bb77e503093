/** Who does a thread's tasks: a child process the worker keeps, or our own processors in the thread itself. */
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
  /** Stages that children do. */
  readonly children: readonly string[];
  readonly calls: ProcessCalls;
}

export interface TaskWork {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  /** Makes the files ready for who is going to be asked; nobody works at them meanwhile. @default they are */
  ground?(): Promise<void>;
  /** A file for an output that is kept as it comes; nobody writes it meanwhile. @default it stays in memory */
  into?(): Promise<string>;
}

/** Does one task. @throws StageError, unreachable; what a dead child leaves is temporary: it is started again */
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
  // Written and read here, where nobody else has to wait: a task or an answer of 50 MB takes its time.
  longSlice();
  const parts = taskParts(task);
  const digest = taskDigest(parts);
  // A child that is shared cannot be told to stop: its answer is awaited, and dropped when the stage was aborted.
  const left = await desk.calls.takeUp(stage, digest);
  work.signal.throwIfAborted();
  const answer = left ?? (await asked(desk, stage, parts, digest, work));
  work.signal.throwIfAborted();
  const output = await outputOf(stage, answer, work);
  const fault = outputFault(stage, await lookedAt(output));
  if (fault !== undefined)
    throw new StageError('permanent', `${answer.by} gave no output of ${stage}: ${fault}`);
  // The protocol's own shape for this stage's answer, as far as it is looked at.
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

/** @throws StageError, unreachable for an answer that is a failure, or cannot be read */
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

/** Our own children say the level of a failure, or that another side is away; any other's is permanent (docs/spec.md#failures: processor failed). */
function failureSaid(message: string, by: string): Error {
  const away = /^unreachable:\s(.*)$/s.exec(message)?.[1];
  if (away !== undefined) return new SealvisorError('unreachable', away);
  const { level, rest } = levelIn(message) ?? { level: 'permanent', rest: message };
  const reason = rest.trim() === '' ? `${by} failed and gave no reason: its err_msg is empty` : rest;
  return new StageError(level, reason);
}
