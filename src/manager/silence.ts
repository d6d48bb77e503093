/** How long a worker has been silent: by a monotonic clock, once this process received a report from it. */
export class Silence {
  readonly #heardAt = new Map<string, number>();

  /** `most`: workers that are kept; about twice as many keys are remembered. */
  constructor(
    private readonly now: () => number,
    private readonly steady: () => number,
    private readonly most: number,
  ) {}

  heard(key: string): void {
    // Most of these workers are gone; one that is alive reports again soon.
    if (this.#heardAt.size > 2 * this.most) this.#heardAt.clear();
    this.#heardAt.set(key, this.steady());
  }

  /** ms, never less than 0; `lastPingMs` is wall time, used if the last report came before this manager started. */
  ms(key: string, lastPingMs: number): number {
    const at = this.#heardAt.get(key);
    return Math.max(0, Math.round(at === undefined ? this.now() - lastPingMs : this.steady() - at));
  }
}
