/** The tasks that the children work on, at most one per thread. */
import type { Processor } from '../../processes/processor.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { Progress } from '../../protocol/thread.js';
import { type Answered, Job, type SentTask } from './job.js';

export interface JobsOptions {
  readonly onProgress: (index: number, progress: Progress) => void;
  /** The state of a thread's process has changed. */
  readonly onNews: (index: number) => void;
  /** A child may have room again. */
  readonly onDone: () => void;
  /** Work that a dead thread left has failed, and no thread waits for its answer. */
  readonly onLost: (job: Job, error: unknown) => void;
}

export class Jobs {
  readonly #options: JobsOptions;
  readonly #jobs = new Map<number, Job>();

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** The jobs in progress. */
  all(): readonly Job[] {
    return [...this.#jobs.values()].filter((job) => job.isAtWork);
  }

  /** The thread's job, also when its answer is kept for the thread. */
  of(index: number): Job | undefined {
    return this.#jobs.get(index);
  }

  /** The thread's job, while it is in progress. */
  atWork(index: number): Job | undefined {
    const job = this.#jobs.get(index);
    return job?.isAtWork ? job : undefined;
  }

  /** Starts the task on a child. @throws process_gone when the child ends, thread_gone when the thread dies */
  begin(index: number, stage: string, task: SentTask, processor: Processor): Promise<Answered> {
    const { onProgress, onNews, onDone, onLost } = this.#options;
    const job = new Job(index, stage, task, processor, {
      onProgress: (progress) => onProgress(index, progress),
      onNews: () => {
        this.#forget(job);
        onNews(index);
      },
      onOver: () => {
        this.#forget(job);
        onDone();
      },
      onLost: (error) => onLost(job, error),
    });
    this.#jobs.set(index, job);
    const answer = job.answer();
    onNews(index);
    return answer;
  }

  /** The thread's next incarnation takes up the job. @throws process_gone when the job is over */
  async takeUp(job: Job): Promise<Answered> {
    if (this.#jobs.get(job.index) !== job)
      throw new SealvisorError('process_gone', `child process exited: ${job.stage}`);
    const wasAtWork = job.isAtWork;
    const answer = job.answer();
    this.#forget(job);
    if (wasAtWork) {
      this.#options.onNews(job.index);
      this.#options.onDone();
    }
    return answer;
  }

  /** The answer is no longer wanted. */
  drop(job: Job): void {
    job.drop();
    this.#forget(job);
  }

  #forget(job: Job): void {
    if (job.isOver && this.#jobs.get(job.index) === job) this.#jobs.delete(job.index);
  }
}
