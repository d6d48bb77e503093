import type { CheckedChildSpec } from './checked-spec.js';
import type { Departure } from './departure.js';
import type { Child } from './spec.js';
import type { StartAttempt } from './start-attempt.js';

/**
 * up: alive. stopping: alive and asked to end, or about to be asked, so that its exit causes no restart.
 * down: no child. restarting: a restart is decided and has not succeeded yet.
 */
export type SlotStatus = 'up' | 'stopping' | 'down' | 'restarting';

/** One child in its supervisor, across all its incarnations. There may be very many: one flat object each. */
export interface Slot {
  spec: CheckedChildSpec;
  /** What `start` is called with; kept for simple_one_for_one children that may be restarted. */
  args: readonly unknown[] | undefined;
  /** The key in the roster: the id, or under simple_one_for_one the latest child. */
  key: string | Child;
  status: SlotStatus;
  /** The latest incarnation, dead or alive. */
  child: Child | undefined;
  incarnation: number;
  startedAt: number;
  /** Consecutive restarts, without a stable period in between. */
  failures: number;
  /** Changes with each decision about this slot; earlier plans are then void. */
  plan: number;
  /** The wait for the next restart. */
  timer: { readonly handle: unknown } | undefined;
  /** The start in progress. */
  flight: StartAttempt | undefined;
  /** Set once the child is being stopped. */
  leaving: Departure | undefined;
}

export function newSlot(spec: CheckedChildSpec, args?: readonly unknown[]): Slot {
  return {
    spec,
    args,
    key: spec.id,
    status: 'down',
    child: undefined,
    incarnation: 0,
    startedAt: 0,
    failures: 0,
    plan: 0,
    timer: undefined,
    flight: undefined,
    leaving: undefined,
  };
}

export function isAlive(slot: Slot): boolean {
  return slot.status === 'up' || slot.status === 'stopping';
}
