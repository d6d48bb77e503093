import { inTurn } from './in-turn.js';

/** Runs verbs one after the other. */
export class VerbQueue {
  readonly #inTurn = inTurn();
  readonly #waiting = new Set<(reason: Error) => void>();
  #refusal: (() => Error) | undefined;

  /** Runs `task` when every earlier one has ended; rejects with its error, or with the refusal once closed. */
  run<T>(task: () => T | Promise<T>): Promise<T> {
    if (this.#refusal) return Promise.reject(this.#refusal());
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      void this.#inTurn(async () => {
        if (!this.#waiting.delete(reject)) return;
        try {
          resolve(await task());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Rejects queued and future tasks; the current task continues. */
  close(refusal: () => Error): void {
    this.#refusal = refusal;
    for (const reject of this.#waiting) reject(refusal());
    this.#waiting.clear();
  }
}
