/** What was done under an id: asked for again, it is not done again. Forgotten when the daemon ends. */

/** Does `act`, or answers what it answered before under this id; without an id, and for what failed, nothing is kept. */
export type DoneOnce<T> = (id: string | undefined, act: () => Promise<T>) => Promise<T>;

/** Keeps the last `most` answers. */
export function doneOnce<T>(most = 1000): DoneOnce<T> {
  const done = new Map<string, Promise<T>>();
  return (id, act) => {
    if (id === undefined) return act();
    const before = done.get(id);
    if (before !== undefined) return before;
    const doing = act();
    done.set(id, doing);
    doing.catch(() => done.delete(id));
    const [oldest] = done.keys();
    if (done.size > most && oldest !== undefined) done.delete(oldest);
    return doing;
  };
}
