/** Which child of a stage gets a thread's task, and what the thread waits for while no child can take it. Pure. */
import type { Blocked } from '../desk/words.js';

export interface ChildFacts {
  /** The threads that it works for or is assigned to. */
  readonly users: readonly number[];
  readonly isFrozen: boolean;
  /** How many users it may have; null = no limit. */
  readonly concurrent: number | null;
  /** Its capacity relative to the others. */
  readonly weight: number;
  readonly locks: readonly string[];
}

export interface LockFacts {
  readonly most: number;
  /** Threads whose children hold the lock. */
  readonly holders: readonly number[];
  /** Threads that are queued for it before this one. */
  readonly awaited: readonly number[];
}

export type Choice<C> =
  | { readonly kind: 'child'; readonly child: C }
  | { readonly kind: 'blocked'; readonly blocked: Blocked }
  /** The stage has no living child. */
  | { readonly kind: 'none' };

/** The least loaded child that has room and whose locks are all free. */
export function choice<C extends ChildFacts>(
  stage: string,
  children: readonly C[],
  lockOf: (name: string) => LockFacts,
): Choice<C> {
  if (children.length === 0) return { kind: 'none' };
  const roomy = children.filter(hasRoom);
  const [child] = roomy
    .filter(({ locks }) => locks.every((name) => isFree(lockOf(name))))
    .toSorted((one, other) => loadWithOneMore(one) - loadWithOneMore(other));
  if (child) return { kind: 'child', child };
  return { kind: 'blocked', blocked: lockMissing(roomy, lockOf) ?? allTaken(stage, children) };
}

export function hasRoom({ isFrozen, concurrent, users }: ChildFacts): boolean {
  return !isFrozen && (concurrent === null || users.length < concurrent);
}

const loadWithOneMore = ({ users, weight }: ChildFacts) => (users.length + 1) / weight;

/** Threads that were queued earlier get the lock first, for any stage. */
function isFree({ most, holders, awaited }: LockFacts): boolean {
  return holders.length + awaited.length < most;
}

function lockMissing(roomy: readonly ChildFacts[], lockOf: (name: string) => LockFacts): Blocked | undefined {
  const [name] = roomy.flatMap(({ locks }) => locks.filter((each) => !isFree(lockOf(each))));
  if (name === undefined) return undefined;
  const { holders, awaited } = lockOf(name);
  return { limit: `lock ${name}`, holders: holders.length > 0 ? holders : awaited };
}

function allTaken(stage: string, children: readonly ChildFacts[]): Blocked {
  const holders = [...new Set(children.flatMap(({ users }) => users))];
  const limit = `processor ${stage}`;
  return children.every(({ isFrozen }) => isFrozen)
    ? { limit, holders, reason: 'frozen where it stands' }
    : { limit, holders };
}
