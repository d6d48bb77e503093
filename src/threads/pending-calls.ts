import { systemClock } from '../actors/system-clock.js';
import { SealvisorError } from '../protocol/errors.js';

type Settle<T> = (resolve: (value: T) => void, reject: (reason: unknown) => void) => void;

/** Pending calls to another thread: each has a deadline, and none outlives that thread. */
export class PendingCalls {
  readonly #rejects = new Set<(reason: Error) => void>();
  #end: Error | undefined;

  get size(): number {
    return this.#rejects.size;
  }

  /**
   * Waits until `send` settles the call. @throws the reason of `rejectAll`, at once if it was called before;
   * deadline_exceeded
   */
  wait<T>(send: Settle<T>, deadlineMs: number, late: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#end) {
        reject(this.#end);
        return;
      }
      const fail = (reason: unknown) => {
        systemClock.clearTimeout(timer);
        this.#rejects.delete(fail);
        reject(reason);
      };
      const timer = systemClock.setTimeout(
        () => fail(new SealvisorError('deadline_exceeded', late())),
        deadlineMs,
      );
      this.#rejects.add(fail);
      send((value) => {
        systemClock.clearTimeout(timer);
        this.#rejects.delete(fail);
        resolve(value);
      }, fail);
    });
  }

  /** Rejects all pending and all future calls. */
  rejectAll(reason: Error): void {
    this.#end = reason;
    for (const reject of this.#rejects) reject(reason);
    this.#rejects.clear();
  }
}
