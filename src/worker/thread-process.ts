/** Who does a thread's tasks: a child process the worker keeps, or our own processors in the thread itself. */
import { hash } from 'node:crypto';
import { parseAnswer } from '../processes/protocol.js';
import { SealvisorError } from '../protocol/errors.js';
import { type ErrorLevel, StageError } from '../protocol/level.js';
import { longSlice } from '../protocol/long-slice.js';
import type { Progress } from '../protocol/thread.js';
import { outputFault } from '../sealing/output-faults.js';
import type { ProcessorStage, Tasks } from '../sealing/tasks.js';
import { handOver } from '../threads/hand-over.js';
import type { ProcessAnswer } from './processors.js';

/** The service calls by which a thread hands a task to a child, and takes up what was left of the very same one. */
export const processService = 'process';
export const leftService = 'left-process';

export interface ProcessDesk {
  /** Stages that children do. */
  readonly children: readonly string[];
  readonly index: number;
  call<T>(name: string, args: readonly unknown[]): Promise<T>;
}

export interface TaskWork {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  /** Makes the files ready for who is going to be asked; nobody works at them meanwhile. @default they are */
  ground?(): Promise<void>;
}

/** Does one task. @throws StageError, unreachable; what a dead child leaves is temporary: it is started again */
export async function processTask<S extends ProcessorStage>(
  desk: ProcessDesk,
  stage: S,
  task: Tasks[S]['task'],
  work: TaskWork,
): Promise<Tasks[S]['output']> {
  if (!desk.children.includes(stage)) {
    const { runTask } = await import('../sealing/builtin/index.js');
    await work.ground?.();
    return runTask(stage, task, work);
  }
  // Written and read here, where nobody else has to wait: a task or an answer of 50 MB takes its time.
  longSlice();
  const bytes = new TextEncoder().encode(JSON.stringify(task));
  const digest = hash('sha256', bytes);
  // A child that is shared cannot be told to stop: its answer is awaited, and dropped when the stage was aborted.
  const left = await desk.call<ProcessAnswer | null>(leftService, [desk.index, stage, digest]);
  work.signal.throwIfAborted();
  if (!left) await work.ground?.();
  work.signal.throwIfAborted();
  const { line, by } =
    left ?? (await desk.call<ProcessAnswer>(processService, [desk.index, stage, handOver(bytes), digest]));
  work.signal.throwIfAborted();
  longSlice(line.length);
  const answer = parseAnswer(Buffer.from(line.buffer, line.byteOffset, line.byteLength));
  if (!answer.ok && answer.isUnreadable) throw new StageError('permanent', `${by}: ${answer.message}`);
  if (!answer.ok) throw failureSaid(answer.message, by);
  const fault = outputFault(stage, answer.output);
  if (fault !== undefined) throw new StageError('permanent', `${by} gave no output of ${stage}: ${fault}`);
  // The protocol's own shape for this stage's answer, as far as it is looked at.
  return answer.output as Tasks[S]['output'];
}

/** Our own children say the level of a failure, or that another side is away; any other's is permanent (SPEC section 3: processor failed). */
function failureSaid(message: string, by: string): Error {
  const away = /^unreachable:\s(.*)$/s.exec(message)?.[1];
  if (away !== undefined) return new SealvisorError('unreachable', away);
  const [, level = 'permanent', rest = message] =
    /^(temporary|permanent|critical|abort):\s(.*)$/s.exec(message) ?? [];
  const reason = rest.trim() === '' ? `${by} failed and gave no reason: its err_msg is empty` : rest;
  // One of the four by the pattern, or permanent.
  return new StageError(level as ErrorLevel, reason);
}
