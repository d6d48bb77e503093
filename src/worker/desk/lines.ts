/** The queues of all names, and the places of each thread. */
import * as queue from './line.js';

export class Lines {
  readonly #lines = new Map<string, queue.Line>();

  of(name: string): queue.Line {
    return this.#lines.get(name) ?? queue.emptyLine;
  }

  edit(name: string, next: (line: queue.Line) => queue.Line): void {
    this.#lines.set(name, next(this.of(name)));
  }

  names(): readonly string[] {
    return [...this.#lines.keys()];
  }

  /** The names where the thread has a place or a slot. */
  namesOf(index: number): readonly string[] {
    return this.names().filter((name) => queue.has(this.of(name), index));
  }

  /** The name where the thread has a place, even while it is away. */
  homeOf(index: number): string | undefined {
    return this.namesOf(index).find((name) => queue.placeOf(this.of(name), index));
  }

  /** Threads that are waiting in these queues now. */
  standingIn(names: readonly string[]): readonly number[] {
    return names.flatMap((name) => queue.waiting(this.of(name)).map(({ index }) => index));
  }
}
