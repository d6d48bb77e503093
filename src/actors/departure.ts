/** A child that is being stopped. A promise is made only for who asks while it stays: most leave at once. */
export class Departure {
  #isGone = false;
  #wait: PromiseWithResolvers<void> | undefined;

  /** Resolves when the exit is noted. */
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
