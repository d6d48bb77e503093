/** The desk, as a sealing thread uses it: one request at a time; a granted slot is returned when the work ends. */
import { SealvisorError } from '../../protocol/errors.js';
import type { SpaceNeed } from '../../sealing/space-need.js';
import type { DeskCalls, Failure, Left } from '../border/contract.js';
import { type Place, type PlaceCalls, type StagePlace, stagePlace } from './stage-place.js';

export interface ThreadDesk {
  /**
   * Requests a slot for `name`. `isResumed`: an operator resumed the thread: it may probe an open breaker early. `need`: finds
   * out what it will write; if the request is cancelled meanwhile, it is not sent.
   */
  ask(name: string, isResumed: boolean, need?: () => Promise<SpaceNeed | null>): ReturnType<DeskCalls['ask']>;
  /** Resolves when the last request is granted. @throws thread_gone if it was cancelled */
  granted(): ReturnType<DeskCalls['granted']>;
  /** Cancels the last request or returns its unused slot; does nothing once `hold` has it. */
  leaveLine(): void;
  /**
   * Starts a run with the slot of the last request, and returns the slot when the run ends. `failureOf` maps a rejection to
   * the stage's failure; null = the run was aborted.
   */
  hold<T>(run: (place: StagePlace) => Promise<T>, failureOf: (thrown: unknown) => Failure | null): Promise<T>;
}

/** `firstId`: no request of an earlier incarnation has this id or a higher one. */
export function threadDesk(desk: DeskCalls, firstId: number): ThreadDesk {
  let nextId = firstId;
  /** The last request, if it is neither cancelled nor used. */
  let asked: Place | null = null;

  // The call fails only if the worker ends, which ends this thread too.
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
