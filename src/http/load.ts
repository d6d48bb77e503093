/** How much a daemon does at once for those who ask: more is refused in words, never queued in memory. */
import type { Hono } from 'hono';
import { SealvisorError } from '../protocol/errors.js';

export interface Permits {
  /** A permit; give it back once. @throws too_many */
  take(): () => void;
}

export function permits(most: number, what: string): Permits {
  let taken = 0;
  return {
    take: () => {
      if (taken >= most)
        throw new SealvisorError('too_many', `${what}: ${most} at once is the most; try again in a moment`);
      taken += 1;
      let isGiven = false;
      return () => {
        if (isGiven) return;
        isGiven = true;
        taken -= 1;
      };
    },
  };
}

/** Each may hold a body of 1 MiB. */
const mostInFlight = 256;

/** Until its answer begins: what is streamed after that is the business of who streams. */
export function limitInFlight(app: Hono, most = mostInFlight, path = '*'): void {
  const inFlight = permits(most, 'too many requests are being answered');
  app.use(path, async (_, next) => {
    const giveBack = inFlight.take();
    try {
      await next();
    } finally {
      giveBack();
    }
  });
}
