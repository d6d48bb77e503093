/** Notifies that a child or a lock may have become available. */
import { oncePerTurn } from '../../actors/once-per-turn.js';

export class Room {
  readonly #tell: () => void;
  #change = Promise.withResolvers<void>();

  /** `onRoom` is called after the turn with the changes, once per turn. */
  constructor(onRoom: () => void) {
    this.#tell = oncePerTurn(onRoom);
  }

  /** A child or a lock has become free, or is gone. */
  changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
    this.#tell();
  }

  /** Resolves at the next change. */
  next(): Promise<void> {
    return this.#change.promise;
  }
}
