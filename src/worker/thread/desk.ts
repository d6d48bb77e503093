/** The desk as a sealing thread reaches it: one place at a time, told when it may start, given back when the work ends. */
import { SealvisorError } from '../../protocol/errors.js';
import type { SpaceNeed } from '../../sealing/space-need.js';
import type { DeskCalls, Failure, Left } from '../border/contract.js';
import { type Place, type PlaceCalls, type StagePlace, stagePlace } from './stage-place.js';

export interface ThreadDesk {
  /**
   * Asks to start `name`. `isResumed`: an operator sent the thread, past an open breaker. `need`: looks at what it will
   * write; who leaves the line meanwhile has not asked.
   */
  ask(name: string, isResumed: boolean, need?: () => Promise<SpaceNeed | null>): ReturnType<DeskCalls['ask']>;
  /** Resolves when what was asked last is granted. @throws thread_gone when the place was left */
  granted(): ReturnType<DeskCalls['granted']>;
  /** Leaves the line, or gives back what no run has used; nothing once `hold` has it. */
  leaveLine(): void;
  /**
   * Begins a run with what was asked last, which its end gives back. `failureOf` says what a rejection means for the stage;
   * null = nothing: it was aborted.
   */
  hold<T>(run: (place: StagePlace) => Promise<T>, failureOf: (thrown: unknown) => Failure | null): Promise<T>;
}

/** `firstId`: no place of an earlier incarnation has this id, or one of those behind it. */
export function threadDesk(desk: DeskCalls, firstId: number): ThreadDesk {
  let nextId = firstId;
  /** What was asked last and is neither left nor used. */
  let asked: Place | null = null;

  // A call fails only with the worker itself, which ends this thread too.
  const leave = (id: number, how: Left) => void desk.leave(id, how).catch(() => undefined);
  const take = () => {
    const place = asked;
    asked = null;
    return place;
  };
  const calls: PlaceCalls = {
    nextId: () => nextId++,
    ask: (id, name) => desk.ask(id, name, false, null),
    granted: (id) => desk.granted(id),
    leave,
  };
  return {
    ask: async (name, isResumed, need = async () => null) => {
      const id = nextId++;
      asked = { id, name };
      const written = await need();
      if (asked?.id !== id) return { granted: false };
      return desk.ask(id, name, isResumed, written);
    },
    granted: async () => {
      if (asked === null)
        throw new SealvisorError('thread_gone', 'the thread has left the line: it must ask anew');
      return desk.granted(asked.id);
    },
    leaveLine: () => {
      const place = take();
      if (place !== null) leave(place.id, { kind: 'left' });
    },
    hold: (run, failureOf) => {
      const place = stagePlace(calls, take());
      return run(place).then(
        (value) => {
          place.end({ kind: 'done' });
          return value;
        },
        (thrown: unknown) => {
          const failure = failureOf(thrown);
          place.end(failure === null ? { kind: 'left' } : { kind: 'failed', ...failure });
          throw thrown;
        },
      );
    },
  };
}
