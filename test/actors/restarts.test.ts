import { describe, expect, test } from 'vitest';
import type { Exit, RestartType, Strategy } from '#src/actors/index.js';
import { makeWorld, quiet, setup, TestClock } from '../tools/actors/world.js';

const crash: Exit = { kind: 'crash', error: new Error('fell') };

describe('restart types', () => {
  const exits: readonly Exit[] = [{ kind: 'normal' }, { kind: 'shutdown' }, crash];
  const matrix: readonly [RestartType, readonly boolean[], boolean][] = [
    ['permanent', [true, true, true], true],
    ['transient', [false, false, true], true],
    ['temporary', [false, false, false], false],
  ];
  for (const [restart, again, isSpecKept] of matrix)
    for (const [nth, exit] of exits.entries())
      test(`${restart}, ${exit.kind}`, async () => {
        const world = makeWorld();
        const { supervisor, events } = await setup({
          children: [world.child('a', { restart }), world.child('b')],
        });
        world.latest('a').end(exit);
        await quiet();
        expect(world.starts.get('a')).toBe(again[nth] ? 2 : 1);
        expect(supervisor.countChildren().specs).toBe(isSpecKept ? 2 : 1);
        expect(events.filter(({ kind }) => kind === 'child.exited').map((told) => told.exit)).toEqual([exit]);
      });

  test.each([
    ['bye', 'bad_exit'],
    [undefined, 'bad_exit'],
    [{ kind: 'gone' }, 'bad_exit'],
  ])('an exited that says %o is a crash', async (said, code) => {
    const world = makeWorld();
    const { supervisor, events } = await setup({ children: [world.child('a', { restart: 'transient' })] });
    world.latest('a').end(said as Exit);
    await quiet();
    expect(events[0]?.exit).toEqual({ kind: 'crash', error: expect.objectContaining({ code }) });
    expect(supervisor.countChildren().active).toBe(1);
  });

  test('an exited that speaks twice leaves one exit record', async () => {
    const world = makeWorld();
    let tell: (exit: Exit) => void = () => undefined;
    const exited = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable that breaks its promise is the case
      then: (resolve: typeof tell) => {
        tell = resolve;
      },
    };
    const odd = { exited, stop() {}, kill() {} };
    const { events } = await setup({
      intensity: 5,
      children: [world.child('a', { instead: (nth) => (nth === 1 ? odd : undefined) })],
    });
    tell(crash);
    await quiet();
    tell(crash);
    await quiet();
    expect(events.filter(({ kind }) => kind === 'child.exited')).toHaveLength(1);
    expect(world.starts.get('a')).toBe(2);
  });

  test('an exited that rejects is a crash', async () => {
    const world = makeWorld();
    const gate = Promise.withResolvers<never>();
    const broken = { exited: gate.promise, stop() {}, kill() {} };
    const { events } = await setup({
      children: [world.child('a', { instead: (nth) => (nth === 1 ? broken : undefined) })],
    });
    gate.reject('broken');
    await quiet();
    expect(events[0]?.exit).toEqual({ kind: 'crash', error: 'broken' });
    expect(world.starts.get('a')).toBe(2);
  });
});

describe('strategies', () => {
  const crashOf = async (strategy: Strategy, id: string) => {
    const world = makeWorld();
    const { supervisor, told } = await setup({
      strategy,
      children: ['a', 'b', 'c'].map((name) => world.child(name)),
    });
    world.takeLog();
    world.latest(id).crash();
    await quiet();
    expect(supervisor.countChildren().active).toBe(3);
    return { log: world.log, told: told() };
  };

  test('one_for_one: the siblings keep their incarnation', async () => {
    const { log, told } = await crashOf('one_for_one', 'b');
    expect(log).toEqual(['start b']);
    expect(told).toEqual(['child.exited b 1', 'child.restarting b 1', 'child.started b 2']);
  });

  test('one_for_all: siblings stop last to first, then all start first to last', async () => {
    const { log } = await crashOf('one_for_all', 'b');
    expect(log).toEqual(['stop c', 'stop a', 'start a', 'start b', 'start c']);
  });

  test('rest_for_one: those before keep their incarnation', async () => {
    const { log, told } = await crashOf('rest_for_one', 'b');
    expect(log).toEqual(['stop c', 'start b', 'start c']);
    expect(told.filter((line) => line.includes(' a'))).toEqual([]);
  });

  test('two crashes of a group in one tick are one restart', async () => {
    const world = makeWorld();
    const { supervisor, told } = await setup({
      strategy: 'one_for_all',
      intensity: 1,
      children: ['a', 'b', 'c'].map((id) => world.child(id)),
    });
    world.takeLog();
    world.latest('c').crash();
    world.latest('a').crash();
    await quiet();
    expect(world.log).toEqual(['stop b', 'start a', 'start b', 'start c']);
    expect(told().filter((line) => line.startsWith('child.restarting'))).toEqual(['child.restarting c 1']);
    expect(supervisor.countChildren().active).toBe(3);
  });

  test('a sibling that crashes while another one is still being stopped belongs to the same restart', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const slow = world.child('b', { manner: 'deaf', shutdown: 300 });
    const { supervisor, told } = await setup({
      clock,
      strategy: 'one_for_all',
      intensity: 1,
      backoff: { minMs: 10, maxMs: 10 },
      children: [world.child('a'), slow, world.child('c')],
    });
    world.latest('c').crash();
    await quiet();
    world.latest('a').crash();
    await clock.advance(310);
    expect(told().filter((line) => line.startsWith('child.restarting'))).toEqual(['child.restarting c 1']);
    expect(supervisor.countChildren().active).toBe(3);
    expect(world.log.slice(3)).toEqual(['stop b', 'kill b', 'start a', 'start b', 'start c']);
  });

  test('temporary siblings of a group are stopped and forgotten', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({
      strategy: 'one_for_all',
      children: [world.child('a'), world.child('b', { restart: 'temporary' })],
    });
    world.latest('a').crash();
    await quiet();
    expect(world.log).toEqual(['start a', 'start b', 'stop b', 'start a']);
    expect(supervisor.whichChildren().map(({ id }) => id)).toEqual(['a']);
  });

  test('a group restart starts again what was down in its range', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({
      strategy: 'rest_for_one',
      children: ['a', 'b', 'c'].map((id) => world.child(id)),
    });
    await supervisor.terminateChild('a');
    await supervisor.terminateChild('c');
    world.takeLog();
    world.latest('b').crash();
    await quiet();
    expect(world.log).toEqual(['start b', 'start c']);
    expect(supervisor.countChildren().active).toBe(2);
  });

  test('nothing starts again before the last sibling is gone', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    await setup({
      clock,
      strategy: 'one_for_all',
      children: [world.child('a', { manner: 'deaf', shutdown: 300 }), world.child('b')],
    });
    world.takeLog();
    world.latest('b').crash();
    await clock.advance(299);
    expect(world.log).toEqual(['stop a']);
    await clock.advance(1);
    expect(world.log).toEqual(['stop a', 'kill a', 'start a', 'start b']);
  });
});

describe('limit', () => {
  test('one crash every 2.1 s with intensity 1 in 1 s: survived, however often', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const { supervisor } = await setup({ clock, intensity: 1, periodMs: 1000, children: [world.child('a')] });
    for (let nth = 2; nth <= 5; nth++) {
      world.latest('a').crash();
      await clock.advance(2100);
      expect(world.starts.get('a')).toBe(nth);
    }
    expect(supervisor.countChildren().active).toBe(1);
  });

  test('one restart too many: all children end last to first, and the exit is shutdown', async () => {
    const world = makeWorld();
    const { supervisor, told } = await setup({
      intensity: 1,
      children: ['a', 'b', 'c'].map((id) => world.child(id)),
    });
    world.latest('b').crash();
    await quiet();
    world.takeLog();
    world.latest('b').crash();
    expect(await supervisor.exited).toEqual({ kind: 'shutdown' });
    expect(world.log).toEqual(['stop c', 'stop a']);
    expect(told().slice(3)).toEqual([
      'child.exited b 2',
      'child.gaveUp b 2',
      'child.exited c 1',
      'child.exited a 1',
      'supervisor.exited',
    ]);
  });

  test('intensity 0: the first crash ends it', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ intensity: 0, children: [world.child('a')] });
    world.latest('a').crash();
    await supervisor.exited;
    expect(world.starts.get('a')).toBe(1);
  });

  test.each(['one_for_one', 'one_for_all', 'rest_for_one'] as const)(
    '%s: a start that always fails ends supervisor and healthy sibling',
    async (strategy) => {
      const world = makeWorld();
      const failing = world.child('a', {
        instead: (nth) => (nth > 1 ? Promise.reject(new Error('no')) : undefined),
      });
      const { supervisor, told } = await setup({
        strategy,
        intensity: 3,
        children: [failing, world.child('b')],
      });
      world.latest('a').crash();
      expect(await supervisor.exited).toEqual({ kind: 'shutdown' });
      expect(world.starts.get('a')).toBe(4);
      expect(told().filter((line) => line.startsWith('child.restarting'))).toHaveLength(3);
      expect(await world.latest('b').exited).toEqual({ kind: 'shutdown' });
    },
  );

  test('a dynamic child that always fails ends simple_one_for_one and its siblings', async () => {
    const world = makeWorld();
    const template = {
      id: 'any',
      start: (id: unknown) =>
        world
          .child(String(id), { instead: (nth) => (nth > 1 && id === 'a' ? 'no child' : undefined) })
          .start(),
    };
    const { supervisor } = await setup({
      strategy: 'simple_one_for_one',
      intensity: 2,
      children: [template],
    });
    await supervisor.startChild(['a']);
    await supervisor.startChild(['b']);
    world.latest('a').crash();
    await supervisor.exited;
    expect(world.log).toEqual(['start a', 'start b', 'start a', 'start a', 'stop b']);
  });
});
