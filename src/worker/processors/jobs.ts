/** What the children work at, a task a thread: it outlives the thread that asked for it, and is found again by the next incarnation. */
import { groupMemory } from '../../processes/group-memory.js';
import type { LongAnswer } from '../../processes/long-answer.js';
import type { Processor } from '../../processes/processor.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { Progress } from '../../protocol/thread.js';
import type { TaskPart } from '../../sealing/task-parts.js';

/** A task as it is sent, and by what the very same one is known again. */
export interface SentTask {
  /** JSON. */
  readonly parts: readonly TaskPart[];
  readonly digest: string;
  /** The file for a long output. */
  readonly into: string | undefined;
}

/** The line of an answer, or what came of a long one. */
type Answered = Buffer | LongAnswer;

export interface Job {
  readonly index: number;
  readonly stage: string;
  /** Of its task's JSON. */
  readonly digest: string;
  readonly processor: Processor;
  /** Settles when nobody works at it any more. */
  readonly done: Promise<void>;
  /** The thread that asked for it has died. */
  readonly isLeft: boolean;
  readonly isFrozen: boolean;
  /** Nobody wants its answer. */
  readonly isDropped: boolean;
  /** Memory that it holds while it is frozen; null until that is known. */
  readonly frozenBytes: number | null;
}

export interface Jobs {
  /** Those that are worked at. */
  all(): readonly Job[];
  /** The thread's, also when its answer is there and waits. */
  of(index: number): Job | undefined;
  /** Has a child begin. @throws process_gone when the child ends, thread_gone when the thread is left */
  begin(index: number, stage: string, task: SentTask, processor: Processor): Promise<Answered>;
  /** The thread's next incarnation takes up what is there. */
  takeUp(job: Job): Promise<Answered>;
  /** The thread has died: its work goes on, and the answer is kept. */
  leave(index: number): void;
  /** The answer is nobody's from now on. */
  drop(job: Job): void;
  freeze(job: Job): void;
  thaw(job: Job): void;
}

export interface JobsOptions {
  readonly onProgress: (index: number, progress: Progress) => void;
  /** What is known of a thread's process has changed. */
  readonly onNews: (index: number) => void;
  /** A child has less to do. */
  readonly onDone: () => void;
  /** What was left by a dead thread has failed, and nobody hears it. */
  readonly onLost: (job: Job, error: unknown) => void;
}

interface Open extends Job {
  done: Promise<void>;
  isLeft: boolean;
  isFrozen: boolean;
  isDropped: boolean;
  frozenBytes: number | null;
  answer: Answered | undefined;
  isOver: boolean;
  asker: { resolve(answer: Answered): void; reject(reason: unknown): void } | undefined;
}

export function processJobs({ onProgress, onNews, onDone, onLost }: JobsOptions): Jobs {
  const jobs = new Map<number, Open>();
  const isPresent = (job: Open) => jobs.get(job.index) === job;
  const forget = (job: Open) => {
    if (isPresent(job)) jobs.delete(job.index);
  };
  /** The job as it is kept here. */
  const open = (job: Job) => {
    const found = jobs.get(job.index);
    return found === job ? found : undefined;
  };
  const asked = (job: Open) =>
    new Promise<Answered>((resolve, reject) => {
      job.asker = { resolve, reject };
    });
  const over = (job: Open) => {
    job.isOver = true;
    // It answered while it was being stopped: nothing stands still any more.
    if (job.isFrozen) thaw(job);
  };
  const answered = (job: Open, answer: Answered) => {
    over(job);
    if (job.asker || job.isDropped) forget(job);
    else job.answer = answer;
    if (job.asker) job.asker.resolve(answer);
    else onNews(job.index);
    onDone();
  };
  const failed = (job: Open, error: unknown) => {
    if (!job.asker && !job.isDropped) onLost(job, error);
    over(job);
    forget(job);
    job.asker?.reject(error);
    onNews(job.index);
    onDone();
  };
  const thaw = (job: Open) => {
    job.isFrozen = false;
    job.frozenBytes = null;
    job.processor.thaw();
  };
  return {
    all: () => [...jobs.values()].filter((job) => !job.isOver),
    of: (index) => jobs.get(index),
    begin: (index, stage, task, processor) => {
      const job: Open = {
        ...{ index, stage, digest: task.digest, processor, done: Promise.resolve(), frozenBytes: null },
        ...{ isLeft: false, isFrozen: false, isDropped: false, isOver: false },
        ...{ answer: undefined, asker: undefined },
      };
      jobs.set(index, job);
      const answer = asked(job);
      job.done = processor
        .hand(task.parts, { into: task.into, onProgress: (progress) => onProgress(index, progress) })
        .then(
          (answer) => answered(job, answer),
          (error: unknown) => failed(job, error),
        );
      onNews(index);
      return answer;
    },
    takeUp: async (job) => {
      const found = open(job);
      if (!found) throw new SealvisorError('process_gone', `child process exited: ${job.stage}`);
      found.isLeft = false;
      if (found.answer) {
        forget(found);
        return found.answer;
      }
      const answer = asked(found);
      if (found.isFrozen) thaw(found);
      onNews(job.index);
      onDone();
      return answer;
    },
    leave: (index) => {
      const job = jobs.get(index);
      if (!job) return;
      job.isLeft = true;
      job.asker?.reject(new SealvisorError('thread_gone', `thread #${index} has died`));
      job.asker = undefined;
    },
    drop: (job) => {
      const found = open(job);
      if (!found) return;
      found.isDropped = true;
      if (found.isOver) forget(found);
    },
    freeze: (job) => {
      const found = open(job);
      if (!found || found.isOver) return;
      found.isFrozen = true;
      found.processor.freeze();
      void groupMemory(found.processor.pid).then((bytes) => {
        if (!found.isFrozen) return;
        found.frozenBytes = bytes;
        onNews(found.index);
      });
    },
    thaw: (job) => {
      const found = open(job);
      if (found?.isFrozen) thaw(found);
    },
  };
}
