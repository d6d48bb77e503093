/** A store that reports a fault of the file under it. */
import { systemCodeOf } from '../protocol/errors.js';

/** The same verbs; a fault of the file under them, not of what was asked, is told before it is thrown. */
export function watched<Verbs extends object>(onBroken: (error: unknown) => void, store: Verbs): Verbs {
  const verbs = Object.entries(store).map(([name, verb]: [string, (...args: never[]) => unknown]) => [
    name,
    (...args: never[]) => {
      try {
        return verb(...args);
      } catch (error) {
        if (brokenCodes.test(systemCodeOf(error) ?? '')) onBroken(error);
        throw error;
      }
    },
  ]);
  // Every verb of the store, each as it was.
  return Object.fromEntries(verbs) as unknown as Verbs;
}

const brokenCodes = /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY)/;
