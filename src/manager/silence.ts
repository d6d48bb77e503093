/** How long a worker has been silent: counted by a clock that nobody sets, as far as this manager heard it itself. */
export class Silence {
  readonly #heardAt = new Map<string, number>();

  /** `most`: keys that are remembered, about. */
  constructor(
    private readonly now: () => number,
    private readonly steady: () => number,
    private readonly most: number,
  ) {}

  heard(key: string): void {
    // Many more than are kept have gone; whoever lives is heard again soon.
    if (this.#heardAt.size > 2 * this.most) this.#heardAt.clear();
    this.#heardAt.set(key, this.steady());
  }

  /** ms, never less than 0; `lastPingMs` is wall time, for one that was heard before this manager started. */
  ms(key: string, lastPingMs: number): number {
    const at = this.#heardAt.get(key);
    return Math.max(0, Math.round(at === undefined ? this.now() - lastPingMs : this.steady() - at));
  }
}
