import type { Clock } from '../../actors/index.js';

/** One timer for each name. */
export class Alarms {
  readonly #clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>;
  readonly #armed = new Map<string, unknown>();

  constructor(clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>) {
    this.#clock = clock;
  }

  /** Replaces the name's timer; `at`: the clock's time, ms, null = none. */
  set(name: string, at: number | null, look: () => void): void {
    const armed = this.#armed.get(name);
    if (armed !== undefined) this.#clock.clearTimeout(armed);
    this.#armed.delete(name);
    if (at === null) return;
    this.#armed.set(name, this.#clock.setTimeout(look, Math.ceil(at - this.#clock.now())));
  }
}
