/** A thread that cannot be ended, because a call to its disk does not return: a worker that stops does not wait for it. */
import type { Child, Exit } from '../../actors/index.js';
import { systemClock } from '../../actors/index.js';

/** What it may take from its termination until it is gone, ms. */
const endingMs = 1000;

export interface Abandonable {
  /** The child as its supervisor sees it: it has exited when it has been abandoned, too. */
  readonly child: Child;
  /** Stops it; false when it could not be ended and was abandoned. */
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
