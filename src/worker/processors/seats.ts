/** Who has which child: given at the desk, with all its locks at once, first come first served over all stages. */
import type { Processor } from '../../processes/processor.js';
import type { Blocked } from '../desk/words.js';
import type { ProcessChildren } from './children.js';
import { type ChildFacts, type Choice, choice, hasRoom, type LockFacts } from './choice.js';
import type { Jobs } from './jobs.js';

export interface SeatsOptions {
  readonly children: Pick<ProcessChildren, 'of' | 'commandOf' | 'isTriedAgain'>;
  /** How many may have each lock. */
  readonly locks: Readonly<Record<string, number>>;
  /** What children work at. */
  readonly jobs: Pick<Jobs, 'all'>;
  /** Whether nothing but a child or its locks keeps a thread from going on. */
  readonly isAtTheDoor: (index: number) => boolean;
}

export interface Candidate extends ChildFacts {
  readonly processor: Processor;
}

interface Seat {
  readonly stage: string;
  readonly processor: Processor;
}

export class ProcessSeats {
  readonly #options: SeatsOptions;
  /** By thread. */
  readonly #seats = new Map<number, Seat>();
  /** The stages that threads wait for, in the order of their coming. */
  readonly #arrivals = new Map<number, string>();

  constructor(options: SeatsOptions) {
    this.#options = options;
  }

  /** The thread asks for a place before a stage: it stands before those who ask later. */
  arrive(index: number, stage: string): void {
    if (this.#arrivals.get(index) === stage) return;
    this.#arrivals.delete(index);
    this.#arrivals.set(index, stage);
  }

  blockedBy(index: number, stage: string): Blocked | null {
    const { children, jobs } = this.#options;
    // What an earlier incarnation left continues where it is.
    if (jobs.all().some((job) => job.index === index && job.stage === stage && job.isLeft)) return null;
    const chosen = this.#choose(index, stage);
    if (chosen.kind === 'blocked') return chosen.blocked;
    // Its death is for the thread that it worked for: who only waits would be failed by it as well.
    if (chosen.kind === 'none' && children.isTriedAgain(stage))
      return { limit: `processor ${stage}`, holders: [], reason: 'it is being started again' };
    return null;
  }

  /** The desk has let the thread in: it has a child of its own until it gives the place back. */
  take(index: number, stage: string): void {
    const chosen = this.#choose(index, stage);
    this.#arrivals.delete(index);
    if (chosen.kind === 'child') this.#seats.set(index, { stage, processor: chosen.child.processor });
  }

  free(index: number, stage: string): void {
    if (this.#seats.get(index)?.stage === stage) this.#seats.delete(index);
  }

  /** The thread is gone. */
  drop(index: number): void {
    this.#seats.delete(index);
    this.#arrivals.delete(index);
  }

  /** The child that does the thread's next task; another than it was given when that has died. */
  childFor(index: number, stage: string): Choice<Candidate> {
    const seat = this.#seats.get(index);
    const own = this.#candidates(stage).find(({ processor }) => processor === seat?.processor);
    if (own && !own.isFrozen) return { kind: 'child', child: own };
    const isLost = seat?.stage === stage;
    if (isLost) this.#seats.delete(index);
    const chosen = this.#choose(index, stage);
    if (isLost && chosen.kind === 'child')
      this.#seats.set(index, { stage, processor: chosen.child.processor });
    return chosen;
  }

  /** The other threads that a child works for or was given to. */
  sharing(processor: Processor, index: number): readonly number[] {
    return this.#usersOf(processor).filter((user) => user !== index);
  }

  #choose(index: number, stage: string): Choice<Candidate> {
    const lockOf = (name: string): LockFacts => ({
      most: this.#options.locks[name] ?? 1,
      holders: this.#holdersOf(name).filter((holder) => holder !== index),
      awaited: this.#awaitedBy(name, index),
    });
    return choice(stage, this.#candidates(stage), lockOf);
  }

  #candidates(stage: string): readonly Candidate[] {
    const { children, jobs } = this.#options;
    return children.of(stage).map((processor) => {
      const { concurrent = null, weight, locks = [] } = children.commandOf(processor);
      const isFrozen = jobs.all().some((job) => job.isFrozen && job.processor === processor);
      const users = this.#usersOf(processor);
      return { processor, users, isFrozen, concurrent, weight: weight ?? concurrent ?? 1, locks };
    });
  }

  /** Threads and the children they have: by their seats, and by what is worked at. */
  #uses(): readonly (readonly [number, Processor])[] {
    const seated = [...this.#seats].map(([index, { processor }]) => [index, processor] as const);
    return [
      ...seated,
      ...this.#options.jobs.all().map(({ index, processor }) => [index, processor] as const),
    ];
  }

  #usersOf(processor: Processor): readonly number[] {
    return [...new Set(this.#uses().flatMap(([index, used]) => (used === processor ? [index] : [])))];
  }

  #holdersOf(lock: string): readonly number[] {
    const { children } = this.#options;
    const has = (processor: Processor) =>
      children.of(processor.stage).includes(processor) &&
      children.commandOf(processor).locks?.includes(lock) === true;
    return [...new Set(this.#uses().flatMap(([index, processor]) => (has(processor) ? [index] : [])))];
  }

  /** Who came before `index`, could start except for locks, and needs this one. */
  #awaitedBy(lock: string, index: number): readonly number[] {
    const order = [...this.#arrivals];
    const mine = order.findIndex(([each]) => each === index);
    const earlier = mine === -1 ? order : order.slice(0, mine);
    const couldUse = (stage: string) =>
      this.#candidates(stage).some((each) => each.locks.includes(lock) && hasRoom(each));
    return earlier.flatMap(([other, stage]) =>
      other !== index && couldUse(stage) && this.#options.isAtTheDoor(other) ? [other] : [],
    );
  }
}
