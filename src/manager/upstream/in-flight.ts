/** What is on its way to the manager behind this one: a stop lets it come back first. */
import { systemClock } from '../../actors/system-clock.js';
import { SealvisorError } from '../../protocol/errors.js';

export class InFlight {
  #count = 0;
  #isEnding = false;
  #tell = () => {};

  /** One more; ended by what is given. @throws shutting_down */
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

  /** From now on none is started; resolves when all have ended, or after `mostMs`. */
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
