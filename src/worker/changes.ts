/** Signals that something in the worker's view has changed. */
import { oncePerTurn } from '../actors/once-per-turn.js';

export class Changes {
  #publish: (() => void) | undefined;

  /** Publishes the view after this turn of the event loop, once for all changes of the turn. */
  readonly tell = oncePerTurn(() => {
    if (!this.#publish) throw new Error('the worker has changed before there is a view of it to publish');
    this.#publish();
  });

  publishedBy(publish: () => void): void {
    this.#publish = publish;
  }
}
