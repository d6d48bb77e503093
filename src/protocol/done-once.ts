/** What was done under an id: asked for again, it is not done again. Forgotten when the daemon ends. */

/**
 * Does `act`, or answers what it answered before to the same command under this id; without an id, and for what failed, nothing is
 * kept. `command`: the verb and what it is about: another command under the same id is another one.
 */
export type DoneOnce = <T>(
  id: string | undefined,
  command: readonly unknown[],
  act: () => T | Promise<T>,
) => Promise<T>;

/** Keeps the last `most` answers. */
export function doneOnce(most = 1000): DoneOnce {
  const done = new Map<string, Promise<unknown>>();
  return async <T>(id: string | undefined, command: readonly unknown[], act: () => T | Promise<T>) => {
    if (id === undefined) return act();
    const key = JSON.stringify([id, ...command]);
    // Of the same command, whose answer is of this type.
    const before = done.get(key) as Promise<T> | undefined;
    if (before !== undefined) return before;
    const doing = Promise.resolve().then(act);
    done.set(key, doing);
    doing.catch(() => done.delete(key));
    const [oldest] = done.keys();
    if (done.size > most && oldest !== undefined) done.delete(oldest);
    return doing;
  };
}
