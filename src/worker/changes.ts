/** That something of the worker's view has changed. */
import { oncePerTurn } from '../actors/once-per-turn.js';

export class Changes {
  #publish: (() => void) | undefined;

  /** Has it published behind this turn of the loop, once for all that the turn changes. */
  readonly tell = oncePerTurn(() => {
    if (!this.#publish) throw new Error('the worker has changed before there is a view of it to publish');
    this.#publish();
  });

  publishedBy(publish: () => void): void {
    this.#publish = publish;
  }
}
