/** A store that reports faults of its file. */
import { systemCodeOf } from '../protocol/errors.js';

/** The same verbs; a fault of the file, not of the request, is reported to `onBroken` before it is thrown. */
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
  // It has every verb of the store, each with the same signature.
  return Object.fromEntries(verbs) as unknown as Verbs;
}

const brokenCodes = /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY)/;
