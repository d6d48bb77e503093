/** What a child works at for one thread: it outlives the thread that asked for it, and is found again by the next incarnation. */
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
export type Answered = Buffer | LongAnswer;

/** What a job tells of itself. */
export interface JobNews {
  onProgress(progress: Progress): void;
  /** What is known of it has changed. */
  onNews(): void;
  /** Its child has less to do: its answer has come, or its child has failed. */
  onOver(): void;
  /** What was left by a dead thread has failed, and nobody hears it. */
  onLost(error: unknown): void;
}

interface Asker {
  resolve(answer: Answered): void;
  reject(reason: unknown): void;
}

/** Whether the answer still comes, or is here and waits for the thread's next incarnation; `over`: nobody gets it. */
type JobState =
  | { readonly kind: 'at work' }
  | { readonly kind: 'answered'; readonly answer: Answered }
  | { readonly kind: 'over' };

export class Job {
  readonly index: number;
  readonly stage: string;
  /** Of its task's JSON. */
  readonly digest: string;
  readonly processor: Processor;
  /** Settles when nobody works at it any more. */
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

  /** The thread that asked for it has died. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Nobody wants its answer. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** Memory that it holds while it is frozen; null until that is known. */
  get frozenBytes(): number | null {
    return this.#frozenBytes;
  }

  get isAtWork(): boolean {
    return this.#state.kind === 'at work';
  }

  /** Whether it is of no use any more: answered or failed, and nobody is to have the answer. */
  get isOver(): boolean {
    return this.#state.kind === 'over' || (this.#state.kind === 'answered' && this.#isDropped);
  }

  /** The answer, for the thread as it lives now. @throws what the child failed with, thread_gone when the thread is left */
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

  /** The thread has died: its work continues, and the answer is kept. */
  leave(): void {
    this.#isLeft = true;
    this.#asker?.reject(new SealvisorError('thread_gone', `thread #${this.index} has died`));
    this.#asker = undefined;
  }

  /** The answer is nobody's from now on. */
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
    // It answered while it was being stopped: nothing is frozen any more.
    this.thaw();
  }
}
