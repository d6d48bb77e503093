/** News that a child or a lock may be had that could not be had before. */
import { oncePerTurn } from '../../actors/once-per-turn.js';

export class Room {
  readonly #tell: () => void;
  #change = Promise.withResolvers<void>();

  /** `onRoom` is called behind the turn in which it came, once for all of that turn. */
  constructor(onRoom: () => void) {
    this.#tell = oncePerTurn(onRoom);
  }

  /** Something has come free, or has gone. */
  changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
    this.#tell();
  }

  /** Resolves with the next change. */
  next(): Promise<void> {
    return this.#change.promise;
  }
}
