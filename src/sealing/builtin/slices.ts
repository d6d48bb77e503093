import type { Progress } from '../../protocol/thread.js';

/** What a processor gets besides its task: a signal to stop, and a callback for progress. */
export interface Work {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
}

/** 10 ms less the cost of one chunk, so that the signal is checked at least every 10 ms. */
const sliceMs = 6;

/** Splits a long loop into slices: the event loop runs between two slices, so that an abort can arrive. */
export class Slices {
  private endsAt = performance.now() + sliceMs;

  constructor(private readonly work: Work) {
    work.signal.throwIfAborted();
  }

  /** True when the loop has to await `next()` before it continues. */
  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }

  /** Reports the progress and lets the event loop run. @throws the signal's reason once aborted */
  async next(progress?: Progress): Promise<void> {
    if (progress) this.work.progress(progress);
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.work.signal.throwIfAborted();
    this.endsAt = performance.now() + sliceMs;
  }
}
