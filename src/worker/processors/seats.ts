/** Which thread has which child: assigned with the permit, with all its locks at once, first come, first served across stages. */
import type { Processor } from '../../processes/processor.js';
import type { Blocked } from '../desk/words.js';
import type { ProcessChildren } from './children.js';
import { type ChildFacts, type Choice, choice, hasRoom, type LockFacts } from './choice.js';
import type { Jobs } from './jobs.js';

export interface SeatsOptions {
  readonly children: Pick<ProcessChildren, 'of' | 'commandOf' | 'isTriedAgain'>;
  /** How many threads may hold each lock. */
  readonly locks: Readonly<Record<string, number>>;
  /** The jobs of the children. */
  readonly jobs: Pick<Jobs, 'all'>;
  /** Whether a thread waits only for a child or its locks. */
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
  /** The assigned children, by thread. */
  readonly #seats = new Map<number, Seat>();
  /** The stages that threads wait for, by thread, in order of arrival. */
  readonly #arrivals = new Map<number, string>();

  constructor(options: SeatsOptions) {
    this.#options = options;
  }

  /** The thread is queued for a stage, before threads that arrive later. */
  arrive(index: number, stage: string): void {
    if (this.#arrivals.get(index) === stage) return;
    this.#arrivals.delete(index);
    this.#arrivals.set(index, stage);
  }

  blockedBy(index: number, stage: string): Blocked | null {
    const { children, jobs } = this.#options;
    // Work that an earlier incarnation left continues on its child.
    if (jobs.all().some((job) => job.index === index && job.stage === stage && job.isLeft)) return null;
    const chosen = this.#choose(index, stage);
    if (chosen.kind === 'blocked') return chosen.blocked;
    // A child's death fails the thread that it worked for: threads that are only queued wait for the restart.
    if (chosen.kind === 'none' && children.isTriedAgain(stage))
      return { limit: `processor ${stage}`, holders: [], reason: 'it is being started again' };
    return null;
  }

  /** The desk has admitted the thread: a child, if there is one, is assigned to it until `free()`. */
  take(index: number, stage: string): void {
    const chosen = this.#choose(index, stage);
    this.#arrivals.delete(index);
    if (chosen.kind === 'child') this.#seats.set(index, { stage, processor: chosen.child.processor });
  }

  free(index: number, stage: string): void {
    if (this.#seats.get(index)?.stage === stage) this.#seats.delete(index);
  }

  /** The thread has exited. */
  drop(index: number): void {
    this.#seats.delete(index);
    this.#arrivals.delete(index);
  }

  /** The child for the thread's next task: the assigned one, or another if that one has died or is frozen. */
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

  /** The other threads that a child works for or is assigned to. */
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

  /** Pairs of a thread and its child: from the assignments and from the jobs in progress. */
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

  /** Threads that came before `index`, wait only for a child or its locks, and could use this lock. */
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
