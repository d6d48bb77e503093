/**
 * The place that a stage's work has, one at a time: a process of another name is asked for under a place of that name, and what
 * the stage had is given back before it stands in that line. Nobody waits for a place with another in hand, so no two wait
 * for each other, whatever stages ask for.
 */
import { inTurn } from '../../actors/in-turn.js';
import type { DeskAnswer, Granted, Left } from '../border/contract.js';

/** The desk, as one thread reaches it. */
export interface PlaceCalls {
  /** No place had it before. */
  nextId(): number;
  ask(id: number, name: string): Promise<DeskAnswer>;
  granted(id: number): Promise<Granted>;
  leave(id: number, how: Left): void;
}

export interface Place {
  readonly id: number;
  readonly name: string;
}

export interface StagePlace {
  /** Does it under a place of that name; one of another name is given back behind it. Rejects when the stage is aborted in line. */
  under<T>(name: string, signal: AbortSignal, act: () => Promise<T>): Promise<T>;
}

/** `first`: what the stage was begun with. */
export function stagePlace(calls: PlaceCalls, first: Place | null): StagePlace & { end(how: Left): void } {
  let held = first;
  const oneAtATime = inTurn();
  const end = (how: Left) => {
    const mine = held;
    held = null;
    if (mine !== null) calls.leave(mine.id, how);
  };
  /** It has done what it was for; where the stage fails behind it, that is not this name's failure. */
  const changeTo = async (name: string, signal: AbortSignal) => {
    end({ kind: 'done' });
    const id = calls.nextId();
    const leave = () => calls.leave(id, { kind: 'left' });
    signal.addEventListener('abort', leave, { once: true });
    try {
      const answer = await calls.ask(id, name);
      if (!answer.granted) await calls.granted(id);
    } catch (thrown) {
      signal.throwIfAborted();
      throw thrown;
    } finally {
      signal.removeEventListener('abort', leave);
    }
    signal.throwIfAborted();
    held = { id, name };
  };
  const under = async <T>(name: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> => {
    if (held?.name === name) return act();
    signal.throwIfAborted();
    await changeTo(name, signal);
    try {
      const done = await act();
      end({ kind: 'done' });
      return done;
    } catch (thrown) {
      // What fails is tried for the sake of another stage: the sector may be the cause, and no breaker opens over it.
      end({ kind: 'left' });
      throw thrown;
    }
  };
  return {
    end,
    // One after the other: the place in hand is that of the work in hand.
    under: (name, signal, act) => oneAtATime(() => under(name, signal, act)),
  };
}
