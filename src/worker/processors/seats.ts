/** Who has which child: given at the desk, with all its locks at once, first come first served over all stages. */
import type { Processor } from '../../processes/processor.js';
import type { Blocked } from '../desk/words.js';
import type { ProcessChildren } from './children.js';
import { type ChildFacts, type Choice, choice, hasRoom, type LockFacts } from './choice.js';
import type { Job } from './jobs.js';

export interface SeatsOptions {
  readonly children: Pick<ProcessChildren, 'of' | 'commandOf' | 'isTriedAgain'>;
  /** How many may have each lock. */
  readonly locks: Readonly<Record<string, number>>;
  /** What children work at. */
  jobs(): readonly Job[];
  isFrozen(processor: Processor): boolean;
  /** Whether nothing but a child or its locks keeps a thread from going on. */
  isAtTheDoor(index: number): boolean;
}

export interface Seats {
  /** The thread asks for a place before a stage: it stands before those who ask later. */
  arrive(index: number, stage: string): void;
  blockedBy(index: number, stage: string): Blocked | null;
  /** The desk has let the thread in: it has a child of its own until it gives the place back. */
  take(index: number, stage: string): void;
  free(index: number, stage: string): void;
  /** The thread is gone. */
  drop(index: number): void;
  /** The child that does the thread's next task; another than it was given when that has died. */
  childFor(index: number, stage: string): Choice<Candidate>;
  /** The other threads that a child works for or was given to. */
  sharing(processor: Processor, index: number): readonly number[];
}

export interface Candidate extends ChildFacts {
  readonly processor: Processor;
}

export function processSeats({ children, locks, jobs, isFrozen, isAtTheDoor }: SeatsOptions): Seats {
  const seats = new Map<number, { readonly stage: string; readonly processor: Processor }>();
  /** In the order of their coming. */
  const arrivals = new Map<number, string>();

  const usersOf = (processor: Processor) => [
    ...new Set([
      ...[...seats].flatMap(([index, seat]) => (seat.processor === processor ? [index] : [])),
      ...jobs().flatMap((job) => (job.processor === processor ? [job.index] : [])),
    ]),
  ];
  const candidates = (stage: string): readonly Candidate[] =>
    children.of(stage).map((processor) => {
      const { concurrent = null, weight, locks: needed = [] } = children.commandOf(processor);
      return {
        processor,
        users: usersOf(processor),
        isFrozen: isFrozen(processor),
        concurrent,
        weight: weight ?? concurrent ?? 1,
        locks: needed,
      };
    });
  const holdersOf = (lock: string) => [
    ...new Set(
      [...seats, ...jobs().map((job) => [job.index, job] as const)].flatMap(([index, { processor }]) =>
        children.of(processor.stage).includes(processor) &&
        children.commandOf(processor).locks?.includes(lock)
          ? [index]
          : [],
      ),
    ),
  ];
  /** Who came before `index`, could go on but for locks, and needs this one. */
  const awaitedBy = (lock: string, index: number) => {
    const order = [...arrivals];
    const mine = order.findIndex(([each]) => each === index);
    const earlier = mine === -1 ? order : order.slice(0, mine);
    return earlier.flatMap(([other, stage]) =>
      other !== index &&
      candidates(stage).some((each) => each.locks.includes(lock) && hasRoom(each)) &&
      isAtTheDoor(other)
        ? [other]
        : [],
    );
  };
  const choose = (index: number, stage: string) =>
    choice(
      stage,
      candidates(stage),
      (name): LockFacts => ({
        most: locks[name] ?? 1,
        holders: holdersOf(name).filter((holder) => holder !== index),
        awaited: awaitedBy(name, index),
      }),
    );
  return {
    arrive: (index, stage) => {
      if (arrivals.get(index) === stage) return;
      arrivals.delete(index);
      arrivals.set(index, stage);
    },
    blockedBy: (index, stage) => {
      // What an earlier incarnation left goes on where it is.
      if (jobs().some((job) => job.index === index && job.stage === stage && job.isLeft)) return null;
      const chosen = choose(index, stage);
      if (chosen.kind === 'blocked') return chosen.blocked;
      // Its death is for the thread that it worked for: who only waits would be failed by it as well.
      if (chosen.kind === 'none' && children.isTriedAgain(stage))
        return { limit: `processor ${stage}`, holders: [], reason: 'it is being started again' };
      return null;
    },
    take: (index, stage) => {
      const chosen = choose(index, stage);
      arrivals.delete(index);
      if (chosen.kind === 'child') seats.set(index, { stage, processor: chosen.child.processor });
    },
    free: (index, stage) => {
      if (seats.get(index)?.stage === stage) seats.delete(index);
    },
    drop: (index) => {
      seats.delete(index);
      arrivals.delete(index);
    },
    childFor: (index, stage) => {
      const seat = seats.get(index);
      const own = candidates(stage).find(({ processor }) => processor === seat?.processor);
      if (own && !own.isFrozen) return { kind: 'child', child: own };
      if (seat?.stage === stage) seats.delete(index);
      const chosen = choose(index, stage);
      if (seat?.stage === stage && chosen.kind === 'child')
        seats.set(index, { stage, processor: chosen.child.processor });
      return chosen;
    },
    sharing: (processor, index) => usersOf(processor).filter((user) => user !== index),
  };
}
