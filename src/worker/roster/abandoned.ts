/** A thread that cannot be ended because a call to its disk does not return: a stopping worker does not wait for it. */
import type { Child, Exit } from '../../actors/index.js';
import { systemClock } from '../../actors/index.js';

/** How long a terminated thread may take to exit, ms. */
const endingMs = 1000;

export interface Abandonable {
  /** The child as its supervisor sees it: an abandoned thread counts as exited. */
  readonly child: Child;
  /** Stops it; false when it did not exit and was abandoned. */
  stop(): Promise<boolean>;
}

export function abandonable(thread: Child): Abandonable {
  let abandon: () => void = () => undefined;
  const abandoned = new Promise<Exit>((resolve) => {
    abandon = () => resolve({ kind: 'killed' });
  });
  return {
    child: {
      exited: Promise.race([thread.exited, abandoned]),
      stop: () => thread.stop(),
      kill: () => thread.kill(),
    },
    stop: async () => {
      let timer: unknown;
      const tooLong = new Promise<false>((resolve) => {
        timer = systemClock.setTimeout(() => resolve(false), endingMs);
      });
      const isGone = await Promise.race([Promise.resolve(thread.stop()).then(() => true), tooLong]);
      systemClock.clearTimeout(timer);
      if (!isGone) abandon();
      return isGone;
    },
  };
}
