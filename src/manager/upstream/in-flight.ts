/** What is on its way to the manager behind this one: a stop lets it come back first. */
import { systemClock } from '../../actors/system-clock.js';
import { SealvisorError } from '../../protocol/errors.js';

export interface InFlight {
  /** One more; ended by what is given. @throws shutting_down */
  begin(): () => void;
  /** From now on none is started; resolves when all have ended, or after `mostMs`. */
  settle(mostMs: number): Promise<void>;
}

export function inFlight(): InFlight {
  let count = 0;
  let isEnding = false;
  let tell = () => {};
  return {
    begin: () => {
      if (isEnding)
        throw new SealvisorError(
          'shutting_down',
          'the manager is stopping: ask again when it has been started',
        );
      count += 1;
      return () => {
        count -= 1;
        if (count === 0) tell();
      };
    },
    settle: async (mostMs) => {
      isEnding = true;
      if (count === 0) return;
      await new Promise<void>((resolve) => {
        const timer = systemClock.setTimeout(resolve, mostMs);
        tell = () => {
          systemClock.clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
