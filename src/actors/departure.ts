/** A child that is being stopped. A promise is made only when a caller waits for the exit: most children exit at once. */
export class Departure {
  #isGone = false;
  #wait: PromiseWithResolvers<void> | undefined;

  /** Resolves when the exit is recorded. */
  get gone(): Promise<void> {
    if (this.#isGone) return Promise.resolve();
    this.#wait ??= Promise.withResolvers<void>();
    return this.#wait.promise;
  }

  tell(): void {
    this.#isGone = true;
    this.#wait?.resolve();
  }
}
