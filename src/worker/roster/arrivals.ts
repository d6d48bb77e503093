/** Those who wait until a slot has a thread, or is known to get none. */
import { systemClock } from '../../actors/index.js';

export class Arrivals {
  readonly #waiting = new Set<() => void>();

  /** Resolves with the next `settle()`, or when the time is over. */
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
