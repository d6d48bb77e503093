/** Calls that upstream's managers know in an older form alone (docs/spec.md#rpc, old callers). */
import { SealvisorError } from '../protocol/errors.js';

/** Asks in the newer form first; where a manager does not know it, in the older one, and from then on so. */
export type AskEither = <T>(method: string, newer: () => Promise<T>, older: () => Promise<T>) => Promise<T>;

export function olderForms(): AskEither {
  /** Methods whose older form this manager answered; it may be updated while a worker runs. */
  const older = new Set<string>();
  return async (method, askNewer, askOlder) => {
    const isOlder = older.has(method);
    const [first, second] = isOlder ? [askOlder, askNewer] : [askNewer, askOlder];
    try {
      return await first();
    } catch (thrown) {
      if (!isUnknownForm(thrown)) throw thrown;
      const answer = await second().catch((again: unknown) => {
        // It knows neither: what the first was refused with says more.
        throw isUnknownForm(again) ? thrown : again;
      });
      if (isOlder) older.delete(method);
      else older.add(method);
      return answer;
    }
  };
}

/** The method is unknown, or takes another number of parameters. A refusal of our own managers names its cause. */
function isUnknownForm(thrown: unknown): boolean {
  if (!(thrown instanceof SealvisorError)) return false;
  const { rpcCode, code } = thrown.data ?? {};
  return (rpcCode === -32601 || rpcCode === -32602) && code === undefined;
}
