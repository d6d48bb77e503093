/** Limits how much a daemon does at once: more is refused with an error, never queued in memory. */
import type { Hono } from 'hono';
import { SealvisorError } from '../protocol/errors.js';

export interface Permits {
  /** Takes a permit; the returned function gives it back, safe twice. @throws too_many */
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

/** Each request may hold a body of 1 MiB. */
const mostInFlight = 256;

/** A request counts until its answer starts; streams have limits of their own. */
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
