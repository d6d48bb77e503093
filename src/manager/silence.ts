/** How long a worker has been silent: counted by a clock that nobody sets, as far as this manager heard it itself. */
export interface Silence {
  heard(key: string): void;
  /** ms, never less than 0; `lastPingMs` is wall time, for one that was heard before this manager started. */
  ms(key: string, lastPingMs: number): number;
}

export function silence(now: () => number, steady: () => number, most: number): Silence {
  const heardAt = new Map<string, number>();
  return {
    heard: (key) => {
      // Many more than are kept have gone; whoever lives is heard again soon.
      if (heardAt.size > 2 * most) heardAt.clear();
      heardAt.set(key, steady());
    },
    ms: (key, lastPingMs) => {
      const at = heardAt.get(key);
      return Math.max(0, Math.round(at === undefined ? now() - lastPingMs : steady() - at));
    },
  };
}
