/**
 * The slot of a stage's work, one at a time. A process of another name needs a slot of that name: the stage returns its slot
 * before it joins that queue. No thread waits for a slot while it holds another one, so there is no deadlock.
 */
import { inTurn } from '../../actors/in-turn.js';
import type { DeskAnswer, Granted, Left } from '../border/contract.js';

/** The desk, as one thread calls it. */
export interface PlaceCalls {
  /** An id that was never used. */
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
  /** Runs `act` with a slot of that name; one that was taken for it is returned afterwards. Rejects if aborted in the queue. */
  under<T>(name: string, signal: AbortSignal, act: () => Promise<T>): Promise<T>;
}

/** `first`: the slot that the stage was started with. */
export function stagePlace(calls: PlaceCalls, first: Place | null): StagePlace & { end(how: Left): void } {
  let held = first;
  const oneAtATime = inTurn();
  const end = (how: Left) => {
    const mine = held;
    held = null;
    if (mine !== null) calls.leave(mine.id, how);
  };
  /** The held slot is returned as done: a later failure of the stage does not count against its name. */
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
      // It ran for another stage, and the sector may be the cause: the failure must not open this name's breaker.
      end({ kind: 'left' });
      throw thrown;
    }
  };
  return {
    end,
    // One at a time: the held slot belongs to the running work.
    under: (name, signal, act) => oneAtATime(() => under(name, signal, act)),
  };
}
