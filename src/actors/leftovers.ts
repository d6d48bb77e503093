/** Abandoned starts that have not settled, by the child's id: the next incarnation waits for them. */
export class Leftovers {
  readonly #unsettled = new Map<string, Promise<void>>();

  of(id: string): Promise<void> | undefined {
    return this.#unsettled.get(id);
  }

  keep(id: string, leftover: Promise<void>): void {
    this.#unsettled.set(id, leftover);
    void leftover.then(() => {
      if (this.#unsettled.get(id) === leftover) this.#unsettled.delete(id);
    });
  }
}
