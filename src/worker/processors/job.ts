/** A task that a child works on for one thread: it outlives the thread that requested it, and the next incarnation takes it up. */
import { groupMemory } from '../../processes/group-memory.js';
import type { LongAnswer } from '../../processes/long-answer.js';
import type { Processor } from '../../processes/processor.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { Progress } from '../../protocol/thread.js';
import type { TaskPart } from '../../sealing/task-parts.js';

/** A task as it is sent, with the digest that identifies it. */
export interface SentTask {
  /** JSON. */
  readonly parts: readonly TaskPart[];
  readonly digest: string;
  /** The file for a long output. */
  readonly into: string | undefined;
}

/** The line of an answer, or the result of a long one. */
export type Answered = Buffer | LongAnswer;

/** What a job reports. */
export interface JobNews {
  onProgress(progress: Progress): void;
  /** Its state has changed. */
  onNews(): void;
  /** Its answer has arrived or its child has failed: the child may have room again. */
  onOver(): void;
  /** Work that a dead thread left has failed, and no thread waits for its answer. */
  onLost(error: unknown): void;
}

interface Asker {
  resolve(answer: Answered): void;
  reject(reason: unknown): void;
}

/** `at work`: the answer is still to come; `answered`: it is kept for the thread's next incarnation; `over`: nothing is left to collect. */
type JobState =
  | { readonly kind: 'at work' }
  | { readonly kind: 'answered'; readonly answer: Answered }
  | { readonly kind: 'over' };

export class Job {
  readonly index: number;
  readonly stage: string;
  /** Digest of its task's JSON. */
  readonly digest: string;
  readonly processor: Processor;
  /** Settles when its child has answered or failed. */
  readonly done: Promise<void>;
  readonly #news: JobNews;
  #state: JobState = { kind: 'at work' };
  #asker: Asker | undefined;
  #isLeft = false;
  #isDropped = false;
  #isFrozen = false;
  #frozenBytes: number | null = null;

  constructor(index: number, stage: string, task: SentTask, processor: Processor, news: JobNews) {
    this.index = index;
    this.stage = stage;
    this.digest = task.digest;
    this.processor = processor;
    this.#news = news;
    const { parts, into } = task;
    this.done = processor.hand(parts, { into, onProgress: (progress) => news.onProgress(progress) }).then(
      (answer) => this.#answered(answer),
      (error: unknown) => this.#failed(error),
    );
  }

  /** The thread that requested it has died. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Its answer is no longer wanted. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** Memory that its process holds while frozen, bytes; null until known. */
  get frozenBytes(): number | null {
    return this.#frozenBytes;
  }

  get isAtWork(): boolean {
    return this.#state.kind === 'at work';
  }

  /** Whether it can be forgotten: its answer was delivered or is no longer wanted, or its child failed. */
  get isOver(): boolean {
    return this.#state.kind === 'over' || (this.#state.kind === 'answered' && this.#isDropped);
  }

  /** The answer, for the thread's current incarnation. @throws the child's error; thread_gone when the thread dies */
  answer(): Promise<Answered> {
    this.#isLeft = false;
    if (this.#state.kind === 'answered') {
      const { answer } = this.#state;
      this.#state = { kind: 'over' };
      return Promise.resolve(answer);
    }
    const answer = new Promise<Answered>((resolve, reject) => {
      this.#asker = { resolve, reject };
    });
    this.thaw();
    return answer;
  }

  /** The thread has died: its work continues, or stays frozen, and the answer is kept. */
  leave(): void {
    this.#isLeft = true;
    this.#asker?.reject(new SealvisorError('thread_gone', `thread #${this.index} has died`));
    this.#asker = undefined;
  }

  /** The answer is no longer wanted. */
  drop(): void {
    this.#isDropped = true;
  }

  freeze(): void {
    if (!this.isAtWork) return;
    this.#isFrozen = true;
    this.processor.freeze();
    void groupMemory(this.processor.pid).then((bytes) => {
      if (!this.#isFrozen) return;
      this.#frozenBytes = bytes;
      this.#news.onNews();
    });
  }

  thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    this.#frozenBytes = null;
    this.processor.thaw();
  }

  #answered(answer: Answered): void {
    const isKept = !this.#asker && !this.#isDropped;
    this.#end(isKept ? { kind: 'answered', answer } : { kind: 'over' });
    if (this.#asker) this.#asker.resolve(answer);
    else this.#news.onNews();
    this.#news.onOver();
  }

  #failed(error: unknown): void {
    if (!this.#asker && !this.#isDropped) this.#news.onLost(error);
    this.#end({ kind: 'over' });
    this.#asker?.reject(error);
    this.#news.onNews();
    this.#news.onOver();
  }

  #end(state: JobState): void {
    this.#state = state;
    // It may have answered while it was being frozen: there is nothing left to freeze.
    this.thaw();
  }
}
