/** Calls that some upstream managers know only in an older form (docs/spec.md#rpc, old callers). */
import { SealvisorError } from '../protocol/errors.js';

/** Tries the newer form first, then the older one if the manager does not know it; remembers which one worked. */
export type AskEither = <T>(method: string, newer: () => Promise<T>, older: () => Promise<T>) => Promise<T>;

export function olderForms(): AskEither {
  /** Methods that this manager answered in their older form; it may be updated while a worker runs. */
  const older = new Set<string>();
  return async (method, askNewer, askOlder) => {
    const isOlder = older.has(method);
    const [first, second] = isOlder ? [askOlder, askNewer] : [askNewer, askOlder];
    try {
      return await first();
    } catch (thrown) {
      if (!isUnknownForm(thrown)) throw thrown;
      const answer = await second().catch((again: unknown) => {
        // It knows neither form: the first refusal is more useful.
        throw isUnknownForm(again) ? thrown : again;
      });
      if (isOlder) older.delete(method);
      else older.add(method);
      return answer;
    }
  };
}

/** Whether the method or its number of parameters is unknown. A refusal of our own managers has a `code`. */
function isUnknownForm(thrown: unknown): boolean {
  if (!(thrown instanceof SealvisorError)) return false;
  const { rpcCode, code } = thrown.data ?? {};
  return (rpcCode === -32601 || rpcCode === -32602) && code === undefined;
}
