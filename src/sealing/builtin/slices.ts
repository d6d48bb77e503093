import type { Progress } from '../../protocol/thread.js';

/** What a processor is given besides its task: when to stop, and whom to tell how far it is. */
export interface Work {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
}

/** Below 10 ms by the cost of one chunk, so that the signal is looked at at least every 10 ms. */
const sliceMs = 6;

/** Cuts a long loop into slices: between two of them the event loop runs, so that an abort can arrive. */
export class Slices {
  private endsAt = performance.now() + sliceMs;

  constructor(private readonly work: Work) {
    work.signal.throwIfAborted();
  }

  /** True when the loop has to await `next()` before it continues. */
  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }

  /** Lets the event loop run and tells the progress. @throws the signal's reason once aborted */
  async next(progress?: Progress): Promise<void> {
    if (progress) this.work.progress(progress);
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.work.signal.throwIfAborted();
    this.endsAt = performance.now() + sliceMs;
  }
}
