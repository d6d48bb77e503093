/** News that a child or a lock may be had that could not be had before. */

export class Room {
  readonly #onRoom: () => void;
  readonly #waiting: (() => void)[] = [];
  #isTelling = false;

  /** `onRoom` is called behind the turn in which it came, once for all of that turn. */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  /** Something has come free, or has gone. */
  changed(): void {
    for (const look of this.#waiting.splice(0)) look();
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      this.#onRoom();
    });
  }

  /** Resolves with the next change. */
  next(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }
}
