/** Threads' requests to the children: one at a time per thread, each until the thread no longer wants it. */
import { inTurn } from '../../actors/in-turn.js';
import type { Processor } from '../../processes/processor.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { ProcessAnswer } from '../border/contract.js';
import type { ProcessChildren } from './children.js';
import type { Job, SentTask } from './job.js';
import type { Jobs } from './jobs.js';
import type { Room } from './room.js';
import type { ProcessSeats } from './seats.js';

export interface RequestsOptions {
  readonly children: Pick<ProcessChildren, 'isReturning' | 'returned' | 'missing'>;
  readonly jobs: Jobs;
  readonly seats: Pick<ProcessSeats, 'childFor'>;
  readonly room: Pick<Room, 'next'>;
  /** Drops what is left of another task. */
  readonly abandon: (index: number) => void;
}

export class ProcessRequests {
  readonly #options: RequestsOptions;
  /** Runs the requests of each thread one after the other. */
  readonly #turns = new Map<number, ReturnType<typeof inTurn>>();
  /** Incremented to cancel a thread's requests so far. */
  readonly #lives = new Map<number, number>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** @throws process_gone when the stage has no child and none is being restarted after `end()`, thread_gone when cancelled */
  request(index: number, stage: string, task: SentTask): Promise<ProcessAnswer> {
    const life = this.#lifeOf(index);
    return this.#inTurn(index, () => this.#begin(index, stage, task, life));
  }

  /**
   * Takes up the job that the thread left if it is this task. Otherwise resolves with null once the job has ended: both
   * tasks write the same files.
   */
  takeUp(index: number, stage: string, digest: string): Promise<ProcessAnswer | null> {
    return this.#inTurn(index, () => this.#takeUp(index, stage, digest));
  }

  /** Cancels the thread's requests: those that wait for a child are refused at their next check. */
  forget(index: number): void {
    this.#lives.set(index, this.#lifeOf(index) + 1);
  }

  #lifeOf(index: number): number {
    return this.#lives.get(index) ?? 0;
  }

  async #begin(index: number, stage: string, task: SentTask, life: number): Promise<ProcessAnswer> {
    const { children, jobs, seats, room } = this.#options;
    for (;;) {
      if (this.#lifeOf(index) !== life)
        throw new SealvisorError('thread_gone', `thread #${index} no longer waits for its ${stage}`);
      const chosen = seats.childFor(index, stage);
      if (chosen.kind === 'child') {
        const { processor } = chosen.child;
        // In the same turn, so that the next choice takes it into account.
        return answerBy(processor, jobs.begin(index, stage, task, processor));
      }
      if (chosen.kind === 'blocked') await room.next();
      else if (children.isReturning(stage)) await children.returned(stage);
      else throw children.missing(stage);
    }
  }

  async #takeUp(index: number, stage: string, digest: string): Promise<ProcessAnswer | null> {
    const { jobs, abandon } = this.#options;
    const job = jobs.of(index);
    if (!job) return null;
    if (isTheSame(job, stage, digest)) return answerBy(job.processor, jobs.takeUp(job));
    abandon(index);
    await job.done;
    return null;
  }

  /** An aborted stage leaves its task running, and the next task writes the same files. */
  #inTurn<T>(index: number, act: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(index) ?? inTurn();
    this.#turns.set(index, turn);
    return turn(act);
  }
}

function isTheSame(job: Job, stage: string, digest: string): boolean {
  return job.isLeft && !job.isDropped && job.stage === stage && job.digest === digest;
}

async function answerBy(
  { stage, pid }: Processor,
  answer: Promise<ProcessAnswer['line']>,
): Promise<ProcessAnswer> {
  return { line: await answer, by: `the ${stage} processor (pid ${pid})` };
}
