/** Requests in flight to the manager behind this one: a stop waits for their answers. */
import { systemClock } from '../../actors/system-clock.js';
import { SealvisorError } from '../../protocol/errors.js';

export class InFlight {
  #count = 0;
  #isEnding = false;
  #tell = () => {};

  /** Counts one request; call the returned function when it has ended. @throws shutting_down */
  begin(): () => void {
    if (this.#isEnding)
      throw new SealvisorError(
        'shutting_down',
        'the manager is stopping: ask again when it has been started',
      );
    this.#count += 1;
    return () => {
      this.#count -= 1;
      if (this.#count === 0) this.#tell();
    };
  }

  /** Refuses new requests; resolves when all have ended, or after `mostMs`. */
  async settle(mostMs: number): Promise<void> {
    this.#isEnding = true;
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      const timer = systemClock.setTimeout(resolve, mostMs);
      this.#tell = () => {
        systemClock.clearTimeout(timer);
        resolve();
      };
    });
  }
}
