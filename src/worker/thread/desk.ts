/** The desk as a sealing thread reaches it: one place at a time, told when it may start, given back when the work ends. */
import type { SpaceNeed } from '../../sealing/space-need.js';
import type { Left } from '../desk/breaker.js';
import type { Failure } from '../desk/breaker-key.js';
import type { DeskAnswer, Granted } from '../desk/words.js';
import { type Place, type PlaceCalls, type StagePlace, stagePlace } from './stage-place.js';

/** The service calls by which a thread reaches the desk; each takes the thread's index and the place's id first. */
export const deskCalls = { ask: 'desk.ask', granted: 'desk.granted', leave: 'desk.leave' } as const;

export interface ThreadDeskOptions {
  readonly index: number;
  /** No place of an earlier incarnation has this id, or one of those behind it. */
  readonly firstId: number;
}

export interface ThreadDesk {
  /**
   * Asks to start `name`. `isResumed`: an operator sent the thread, past an open breaker. `need`: looks at what it will
   * write; who leaves the line meanwhile has not asked.
   */
  ask(name: string, isResumed: boolean, need?: () => Promise<SpaceNeed | null>): Promise<DeskAnswer>;
  /** Resolves when what was asked last is granted. @throws thread_gone when the place was left */
  granted(): Promise<Granted>;
  /** Leaves the line, or gives back what no run has used; nothing once `hold` has it. */
  leaveLine(): void;
  /**
   * Begins a run with what was asked last, which its end gives back. `failureOf` says what a rejection means for the stage;
   * null = nothing: it was aborted.
   */
  hold<T>(run: (place: StagePlace) => Promise<T>, failureOf: (thrown: unknown) => Failure | null): Promise<T>;
}

export function threadDesk(
  call: (name: string, args: readonly unknown[]) => Promise<unknown>,
  { index, firstId }: ThreadDeskOptions,
): ThreadDesk {
  let nextId = firstId;
  /** What was asked last and is neither left nor used. */
  let asked: Place | null = null;

  // A call fails only with the worker itself, which ends this thread too.
  const leave = (id: number, how: Left) =>
    void call(deskCalls.leave, [index, id, how]).catch(() => undefined);
  const take = () => {
    const place = asked;
    asked = null;
    return place;
  };
  // The desk's own types on the other side.
  const ask = async (id: number, name: string, isResumed: boolean, written: SpaceNeed | null) =>
    (await call(deskCalls.ask, [index, id, name, isResumed, written])) as DeskAnswer;
  const granted = async (id: number | null) => (await call(deskCalls.granted, [index, id])) as Granted;
  const calls: PlaceCalls = {
    nextId: () => nextId++,
    ask: (id, name) => ask(id, name, false, null),
    ...{ granted, leave },
  };
  return {
    ask: async (name, isResumed, need = async () => null) => {
      const id = nextId++;
      asked = { id, name };
      const written = await need();
      if (asked?.id !== id) return { granted: false };
      return ask(id, name, isResumed, written);
    },
    granted: () => granted(asked?.id ?? null),
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
