import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ErrorLevel } from '#src/protocol/level.js';
import type { Left } from '#src/worker/border/contract.js';
import { done, left, makeDesk, noPolicy } from '../../tools/worker/desk-setup.js';

const names = ['pc1', 'pc2', 'sector'] as const;
type Name = (typeof names)[number];

const index = fc.nat({ max: 5 });
const name = fc.constantFrom<Name[]>('pc1', 'pc1', 'pc1', 'pc2', 'sector');
const failed = (level: ErrorLevel, message: string): Left => ({ kind: 'failed', level, message });
const how = fc.constantFrom<Left[]>(
  done,
  left,
  failed('permanent', 'a'),
  failed('permanent', 'a'),
  failed('permanent', 'a'),
  failed('critical', 'b'),
  failed('temporary', 'c'),
);
const action = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), index, name, isResumed: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('leave line' as const), index }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('give back' as const), index, name, how }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('policy' as const),
      limits: fc.dictionary(name, fc.integer({ min: 1, max: 3 }), { maxKeys: 3 }),
      staggeredMs: fc.dictionary(name, fc.constantFrom(100, 1000), { maxKeys: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('tick' as const), ms: fc.constantFrom(50, 500, 3000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('hold' as const, 'unhold' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close breaker' as const), name }) },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

interface Asked {
  readonly index: number;
  readonly id: number;
  readonly name: Name;
  became: 'waits' | 'away' | 'holds' | 'gone';
  /** Whether its promise has settled. */
  isSettled: boolean;
}

/** The desk, and beside it the plainest account of who asked in which order and who was let in. */
function makeWorld() {
  const made = makeDesk({ breaker: { after: 2, probeMs: 2000 } });
  const { desk, clock } = made;
  const asked: Asked[] = [];
  /** By name, threads with a place, by seniority. */
  const seniority = new Map<Name, number[]>(names.map((each) => [each, []]));
  const startedAt = new Map<Name, number>();
  let policy = noPolicy;
  let isHeld = false;
  let lastId = 0;

  const of = (became: Asked['became'], thread?: number, at?: Name) =>
    asked.filter(
      (each) =>
        each.became === became &&
        (thread === undefined || each.index === thread) &&
        (at === undefined || each.name === at),
    );
  const forget = (thread: number) => {
    for (const [each, list] of seniority)
      seniority.set(
        each,
        list.filter((other) => other !== thread),
      );
  };
  const canGo = ({ index: thread, name: at }: Asked) => of('holds', thread, at).length === 0;
  const begins = (place: Asked, isProbe: boolean) => {
    const order = seniority.get(place.name) ?? [];
    const before = order.slice(0, order.indexOf(place.index));
    const passed = of('waits', undefined, place.name).filter(
      (other) => before.includes(other.index) && canGo(other),
    );
    // An operator's resume goes first, as a probe.
    if (!isProbe) expect(passed).toEqual([]);
    expect(canGo(place)).toBe(true);
    const sinceMs = clock.now() - (startedAt.get(place.name) ?? Number.NEGATIVE_INFINITY);
    expect(sinceMs).toBeGreaterThanOrEqual(policy.staggeredMs[place.name] ?? 0);
    expect(of('holds', undefined, place.name).length).toBeLessThan(
      policy.limits[place.name] ?? Number.POSITIVE_INFINITY,
    );
    expect(isHeld && place.name === 'sector').toBe(false);
    startedAt.set(place.name, clock.now());
    place.became = 'holds';
    forget(place.index);
  };
  const broken: unknown[] = [];
  const ask = (thread: number, at: Name, isResumed: boolean) => {
    // A thread leaves what it waits for before it asks again.
    for (const place of of('waits', thread)) leave(place);
    if (!seniority.get(at)?.includes(thread)) {
      forget(thread);
      seniority.get(at)?.push(thread);
    }
    for (const place of of('away', thread)) place.became = 'gone';
    const place: Asked = { index: thread, id: ++lastId, name: at, became: 'waits', isSettled: false };
    asked.push(place);
    const answer = desk.ask(thread, place.id, at, isResumed);
    if (answer.granted) {
      place.isSettled = true;
      begins(place, answer.isProbe);
      return;
    }
    desk
      .granted(thread, place.id)
      .then(
        ({ isProbe }) => begins(place, isProbe),
        () => expect(place.became).not.toBe('waits'),
      )
      .catch((error: unknown) => broken.push(error))
      .finally(() => {
        place.isSettled = true;
      });
  };
  const leave = (place: Asked) => {
    place.became = 'away';
    desk.leave(place.index, place.id, left);
  };
  const drop = (thread: number) => {
    for (const place of asked) if (place.index === thread) place.became = 'gone';
    forget(thread);
    desk.drop(thread);
  };

  const act = async (step: Action): Promise<void> => {
    switch (step.kind) {
      case 'ask':
        return ask(step.index, step.name, step.isResumed);
      case 'leave line':
        return of('waits', step.index).forEach(leave);
      case 'give back': {
        const [place] = of('holds', step.index, step.name);
        if (!place) return;
        place.became = 'gone';
        return desk.leave(place.index, place.id, step.how);
      }
      case 'drop':
        return drop(step.index);
      case 'policy':
        policy = { ...policy, ...step, configured: { pc1: 1, pc2: 1, sector: 1 } };
        return desk.setPolicy({ ...policy, breaker: { after: 2, probeMs: 2000 } });
      case 'tick':
        return clock.advance(step.ms);
      case 'hold':
        isHeld = true;
        return desk.hold('by hand');
      case 'unhold':
        isHeld = false;
        return desk.unhold();
      case 'close breaker':
        return void desk.closeBreaker(step.name);
    }
  };

  /** What must hold whenever nothing moves. */
  const check = () => {
    if (broken.length > 0) throw broken[0];
    const views = new Map(desk.limits().map((view) => [view.name, view]));
    for (const at of names) {
      const holders = of('holds', undefined, at);
      const waits = (seniority.get(at) ?? []).filter((thread) => of('waits', thread, at).length > 0);
      const view = views.get(at);
      if (view) {
        expect(view.holders.toSorted()).toEqual(holders.map((each) => each.index).toSorted());
        expect(view.queue).toEqual(waits);
      }
      for (const [nth, thread] of waits.entries()) expect(desk.waitingFor(thread)?.place).toBe(nth + 1);
      const breaker = desk.breakers().find(({ stage }) => stage === at);
      if (breaker && breaker.probe !== null)
        expect(holders.map((each) => each.index)).toContain(breaker.probe);
      // Nobody waits while there is room.
      if (!of('waits', undefined, at).some(canGo)) continue;
      const isFull = holders.length >= (policy.limits[at] ?? Number.POSITIVE_INFINITY);
      const nextAt = (startedAt.get(at) ?? 0) + (policy.staggeredMs[at] ?? 0);
      const isEarly = startedAt.has(at) && nextAt > clock.now();
      const isProbed = breaker?.probe !== undefined && breaker.probe !== null;
      const isBroken = breaker && (isProbed || (breaker.nextProbeAt ?? '') > made.at(0));
      expect(isFull || isEarly || isBroken || (isHeld && at === 'sector')).toBe(true);
    }
    for (const { index: thread, became, isSettled } of asked) {
      if (became !== 'waits') expect(isSettled).toBe(true);
      if (became === 'waits') expect(desk.waitingFor(thread)).not.toBeNull();
    }
  };
  return { ...made, asked, act, check, drop };
}

/** What a thread is shown to wait for, but for what time alone takes away. */
function shown({ desk }: ReturnType<typeof makeDesk>) {
  return Array.from({ length: 6 }, (_, thread) => {
    const { nextAt: _nextAt, ...rest } = desk.waitingFor(thread) ?? {};
    return JSON.stringify(rest);
  });
}

test('whatever threads, operators and time do: in order, within limits, nobody forgotten, everyone told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 40 }), async (steps) => {
      const world = makeWorld();
      for (const step of steps) {
        const before = shown(world);
        world.told.length = 0;
        await world.act(step);
        await world.quiet();
        world.check();
        const changed = shown(world).flatMap((text, thread) => (text === before[thread] ? [] : [thread]));
        expect([...new Set(world.told.flat())]).toEqual(expect.arrayContaining(changed));
      }
      for (let thread = 0; thread < 6; thread++) {
        world.drop(thread);
        await world.quiet();
        world.check();
      }
      expect(world.asked.filter(({ isSettled }) => !isSettled)).toEqual([]);
      expect(world.desk.limits().flatMap(({ holders, queue }) => [...holders, ...queue])).toEqual([]);
      expect(world.clock.pending).toBe(0);
    }),
    { numRuns: 500 },
  );
});
