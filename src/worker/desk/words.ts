/** What the desk is asked, and what it answers. */

import type { BreakerRecord } from '../../../machines/worker-record.js';
import type { Clock } from '../../actors/index.js';
import type { WaitingFor } from '../../protocol/thread.js';
import type { BreakerView, LimitView } from '../../protocol/worker.js';
import type { DeskAnswer, Granted, Left } from '../border/contract.js';
import type { BreakerPolicy } from './breaker.js';

/** By the stage's name. */
export interface DeskPolicy {
  /** What holds now; no limit where there is none. */
  readonly limits: Readonly<Record<string, number>>;
  /** What the configuration's file says. */
  readonly configured: Readonly<Record<string, number>>;
  /** Least time between two starts, ms. */
  readonly staggeredMs: Readonly<Record<string, number>>;
  readonly breaker: BreakerPolicy;
}

/** Why a thread cannot begin though it is its turn: what it waits for, who has it, and why where that says more. */
export interface Blocked {
  readonly limit: string;
  readonly holders: readonly number[];
  readonly reason?: string;
  /** When it is looked at again, RFC 3339, where that is known. */
  readonly nextAt?: string;
}

export interface DeskOptions {
  readonly clock: Clock;
  /** Wall time in ms since the epoch. */
  readonly wall: () => number;
  /** Told behind every change of holders, lines, limits or breakers. `indexes`: threads whose `waitingFor` may have changed. */
  readonly onChange: (indexes: readonly number[]) => void;
  /** A breaker opened or a probe ended (facts), or it closed (null): whoever keeps it durable writes it. */
  readonly onBreaker: (stage: string, breaker: BreakerRecord | null) => void;
  /** Looked at whenever somebody may be let in; when the answer becomes another one, `look` is called. @default null */
  readonly blockedBy?: (index: number, name: string) => Blocked | null;
  /** Told first when a thread has died, before its slots are free. */
  readonly onDrop?: (index: number) => void;
  /** Told in the same turn: the thread has the slot, before anyone else is looked at. */
  readonly onTaken?: (index: number, name: string) => void;
  /** Told in the same turn: the slot is free again, before anyone is let in. */
  readonly onFree?: (index: number, name: string) => void;
}

/** Who may start what: first come first served per name, over all threads of a worker. */
export interface Desk {
  /**
   * Asks for `name` under an id that the worker's threads use once. A thread stands in one line at a time: where it
   * stood, when it left that one last, else behind the others. `isResumed`: an operator sent it, past an open breaker.
   */
  ask(index: number, id: number, name: string, isResumed: boolean): DeskAnswer;
  /** Resolves when the place asked for under `id` is granted. @throws thread_gone when it was left or its thread has died */
  granted(index: number, id: number): Promise<Granted>;
  /** Leaves the line, or gives the slot back with what came of it; nothing when the id stands for neither. */
  leave(index: number, id: number, how: Left): void;
  /** The thread has died: its slots and places are free. */
  drop(index: number): void;
  waitingFor(index: number): WaitingFor | null;
  /** Whether what the thread asked for under this id was granted, and is not given back yet. */
  isHolding(index: number, id: number): boolean;
  /** The name it asked for, when nothing but what `blockedBy` tells keeps the thread from going on. */
  doorOf(index: number): string | null;
  /** Of every name with a limit, a configured limit or a least time between starts. */
  limits(): readonly LimitView[];
  breakers(): readonly BreakerView[];
  /** Takes hold now: a raised limit admits at once, a lowered one as holders leave. */
  setPolicy(policy: DeskPolicy): void;
  /** By hand: admits those who wait before it. False when it is not open. */
  closeBreaker(stage: string): boolean;
  /** What was open before a restart is open again, with the probe when it was due. */
  restoreBreakers(open: Readonly<Record<string, BreakerRecord>>): void;
  /** What `blockedBy` answers has changed: lets in whom that lets in. */
  look(): void;
  /** Cordon: nobody takes a new sector. */
  hold(reason: string): void;
  unhold(): void;
}
