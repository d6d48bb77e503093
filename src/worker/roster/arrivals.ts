/** Callers that wait until a slot has a thread, or it is known that it gets none. */
import { systemClock } from '../../actors/index.js';

export class Arrivals {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next `settle()`, or after `ms`. */
  next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = systemClock.setTimeout(() => {
        this.#waiting.delete(settle);
        resolve();
      }, ms);
      const settle = () => {
        systemClock.clearTimeout(timer);
        resolve();
      };
      this.#waiting.add(settle);
    });
  }

  settle(): void {
    for (const settle of this.#waiting) settle();
    this.#waiting.clear();
  }
}
