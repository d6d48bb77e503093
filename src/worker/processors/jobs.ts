/** What the children work at, at most one task a thread. */
import type { Processor } from '../../processes/processor.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { Progress } from '../../protocol/thread.js';
import { type Answered, Job, type SentTask } from './job.js';

export interface JobsOptions {
  readonly onProgress: (index: number, progress: Progress) => void;
  /** What is known of a thread's process has changed. */
  readonly onNews: (index: number) => void;
  /** A child has less to do. */
  readonly onDone: () => void;
  /** What was left by a dead thread has failed, and nobody hears it. */
  readonly onLost: (job: Job, error: unknown) => void;
}

export class Jobs {
  readonly #options: JobsOptions;
  readonly #jobs = new Map<number, Job>();

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Those that are worked at. */
  all(): readonly Job[] {
    return [...this.#jobs.values()].filter((job) => job.isAtWork);
  }

  /** The thread's, also when its answer is there and waits. */
  of(index: number): Job | undefined {
    return this.#jobs.get(index);
  }

  /** The thread's, while it is worked at. */
  atWork(index: number): Job | undefined {
    const job = this.#jobs.get(index);
    return job?.isAtWork ? job : undefined;
  }

  /** Has a child begin. @throws process_gone when the child ends, thread_gone when the thread is left */
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

  /** The thread's next incarnation takes up what is there. @throws process_gone when that is over */
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

  /** The answer is nobody's from now on. */
  drop(job: Job): void {
    job.drop();
    this.#forget(job);
  }

  #forget(job: Job): void {
    if (job.isOver && this.#jobs.get(job.index) === job) this.#jobs.delete(job.index);
  }
}
