/** Runs a command with an id only once: a repeat gets the first result. Forgotten when the daemon ends. */

import { hash } from 'node:crypto';

/**
 * Runs `act`, or returns its earlier result for the same command with this id. Nothing is kept without an id or
 * after a failure. `command`: the verb and its target; a different command with the same id is run on its own.
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
    // A command may name 100,000 sectors.
    const key = hash('sha256', JSON.stringify([id, ...command]));
    // The key names the same command, so the result has this type.
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
