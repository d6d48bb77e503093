import type { BreakerRecord } from '#machines/worker-record.js';
import { WorkerDesk } from '#src/worker/desk/desk.js';
import type { DeskPolicy } from '#src/worker/desk/words.js';
import { quiet, TestClock } from '../actors/world.js';

const start = Date.parse('2026-11-22T10:00:00.000Z');

export const noPolicy: DeskPolicy = {
  limits: {},
  configured: {},
  staggeredMs: {},
  breaker: { after: 3, probeMs: 60_000 },
};

/** A desk whose time stands still until a test turns it; ten in the morning at first. */
export function makeDesk(policy: Partial<DeskPolicy> = {}) {
  const clock = new TestClock();
  const offset = start - clock.now();
  const told: (readonly number[])[] = [];
  const saved: (readonly [string, BreakerRecord | null])[] = [];
  const desk = new WorkerDesk(
    {
      clock,
      wall: () => offset + clock.now(),
      onChange: (indexes) => told.push(indexes),
      onBreaker: (stage, breaker) => saved.push([stage, breaker]),
    },
    { ...noPolicy, ...policy },
  );
  let lastId = 0;
  /** Asks as a thread does, and listens for what becomes of it. */
  const ask = (index: number, name = 'pc1', isResumed = false) => {
    const id = ++lastId;
    const answer = desk.ask(index, id, name, isResumed);
    const place = { id, answer, became: answer.granted ? 'granted' : 'waits' };
    if (!answer.granted)
      desk.granted(index, id).then(
        ({ isProbe }) => {
          place.became = isProbe ? 'probes' : 'granted';
        },
        () => {
          place.became = 'refused';
        },
      );
    return place;
  };
  /** A thread that does the stage and fails at it. */
  const fail = (index: number, message = 'CUDA error 2 on device 0', level = 'permanent' as const) => {
    const { id, answer } = ask(index);
    if (!answer.granted) throw new Error(`thread ${index} was not let in`);
    desk.leave(index, id, { kind: 'failed', level, message });
  };
  const holders = (name = 'pc1') => desk.limits().find((limit) => limit.name === name)?.holders;
  const at = (ms: number) => new Date(offset + clock.now() + ms).toISOString();
  return { desk, clock, ask, fail, holders, told, saved, at, quiet };
}

export const left = { kind: 'left' } as const;
export const done = { kind: 'done' } as const;
