/** The desk as a sealing thread reaches it: one place at a time, told when it goes on, given back when the work ends. */
import type { SpaceNeed } from '../sealing/space-need.js';
import type { Left } from './breaker.js';
import type { Failure } from './breaker-key.js';
import type { DeskAnswer, Granted } from './desk-words.js';

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
   * The same run, whose end gives back what was asked last. `failureOf` says what a rejection means for the stage;
   * null = nothing: it was aborted.
   */
  hold<T>(run: Promise<T>, failureOf: (thrown: unknown) => Failure | null): Promise<T>;
}

export function threadDesk(
  call: (name: string, args: readonly unknown[]) => Promise<unknown>,
  { index, firstId }: ThreadDeskOptions,
): ThreadDesk {
  let nextId = firstId;
  /** What was asked last and is neither left nor used. */
  let asked: number | null = null;

  // A call fails only with the worker itself, which ends this thread too.
  const leave = (id: number, how: Left) =>
    void call(deskCalls.leave, [index, id, how]).catch(() => undefined);
  const take = () => {
    const id = asked;
    asked = null;
    return id;
  };
  return {
    ask: async (name, isResumed, need = async () => null) => {
      const id = nextId++;
      asked = id;
      const written = await need();
      if (asked !== id) return { granted: false };
      // The desk's own type on the other side.
      return (await call(deskCalls.ask, [index, id, name, isResumed, written])) as DeskAnswer;
    },
    // The desk's own type on the other side.
    granted: async () => (await call(deskCalls.granted, [index, asked])) as Granted,
    leaveLine: () => {
      const id = take();
      if (id !== null) leave(id, { kind: 'left' });
    },
    hold: (run, failureOf) => {
      const id = take();
      if (id === null) return run;
      return run.then(
        (value) => {
          leave(id, { kind: 'done' });
          return value;
        },
        (thrown: unknown) => {
          const failure = failureOf(thrown);
          leave(id, failure === null ? { kind: 'left' } : { kind: 'failed', ...failure });
          throw thrown;
        },
      );
    },
  };
}
