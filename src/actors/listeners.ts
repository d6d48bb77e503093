import type { SupervisorEvent } from './spec.js';
import { warn } from './warn.js';

type Listener = (event: SupervisorEvent) => void;

/** The listeners of one supervisor. One that throws affects neither the supervisor nor the other listeners. */
export class Listeners {
  readonly #entries = new Set<{ readonly listener: Listener }>();

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  subscribe(listener: Listener): () => void {
    const entry = { listener };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  tell(event: SupervisorEvent): void {
    for (const { listener } of [...this.#entries]) {
      try {
        listener(event);
      } catch (error) {
        warn('supervisor.listenerFailed', error);
      }
    }
  }
}
