import { describe, expect, test } from 'vitest';
import { type Exit, startSupervisor } from '#src/actors/index.js';
import { event, makeWorld, quiet, setup, TestClock } from '../tools/actors/world.js';

const _crash: Exit = { kind: 'crash', error: new Error('fell') };

describe('a restart that fails', () => {
  const failing = (world: ReturnType<typeof makeWorld>) =>
    world.child('a', {
      instead: (nth) => {
        if (nth > 1 && nth < 5) throw new Error('not yet');
        return undefined;
      },
    });

  test('is tried until it succeeds', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ intensity: 10, children: [failing(world), world.child('b')] });
    const restarted = event(supervisor, 'child.started');
    world.latest('a').crash();
    expect(await restarted).toMatchObject({ id: 'a', incarnation: 2 });
    expect(world.starts.get('a')).toBe(5);
  });

  test('between tries it shows as restarting, verbs are answered, and it can be terminated', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const backoff = { minMs: 100, maxMs: 100, jitter: 0 };
    const { supervisor } = await setup({
      clock,
      backoff,
      intensity: 10,
      children: [failing(world), world.child('b')],
    });
    world.latest('a').crash();
    await clock.advance(150);
    expect(world.starts.get('a')).toBe(2);
    expect(supervisor.whichChildren()[0]?.child).toBe('restarting');
    expect(supervisor.countChildren()).toMatchObject({ specs: 2, active: 1 });
    await expect(supervisor.restartChild('a')).rejects.toMatchObject({ code: 'restarting' });
    await expect(supervisor.deleteChild('a')).rejects.toMatchObject({ code: 'restarting' });
    await expect(supervisor.startChild(world.child('a'))).rejects.toMatchObject({ code: 'already_present' });
    await supervisor.terminateChild('a');
    expect(supervisor.whichChildren()[0]?.child).toBeUndefined();
    await clock.advance(10_000);
    expect(world.starts.get('a')).toBe(2);
    expect(clock.pending).toBe(0);
    await supervisor.deleteChild('a');
  });

  test('between tries the supervisor can be stopped', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const { supervisor } = await setup({
      clock,
      backoff: { minMs: 100, maxMs: 100 },
      children: [failing(world), world.child('b')],
    });
    world.latest('a').crash();
    await quiet();
    await supervisor.stop();
    expect(clock.pending).toBe(0);
    expect(world.log).toEqual(['start a', 'start b', 'stop b']);
  });

  test('without backoff the event loop turns between tries', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({
      intensity: 1e6,
      children: [world.child('a', { instead: (nth) => (nth > 1 ? 'rubbish' : undefined) })],
    });
    world.latest('a').crash();
    await quiet();
    expect(supervisor.whichChildren()[0]?.child).toBe('restarting');
    await supervisor.stop();
  });

  test.each(['one_for_one', 'one_for_all'] as const)(
    '%s: one that never settles can be terminated, and the late child is killed before a new one starts',
    async (strategy) => {
      const world = makeWorld();
      const gate = Promise.withResolvers<unknown>();
      const { supervisor } = await setup({
        strategy,
        children: [
          world.child('a', { instead: (nth) => (nth === 2 ? gate.promise : undefined) }),
          world.child('b'),
        ],
      });
      world.latest('a').crash();
      await quiet();
      await supervisor.terminateChild('a');
      const again = supervisor.restartChild('a');
      await quiet();
      expect(world.starts.get('a')).toBe(2);
      world.takeLog();
      gate.resolve(world.born('a'));
      expect(await again).toBe(world.latest('a'));
      expect(world.log).toEqual(['kill a', 'start a']);
      expect(supervisor.countChildren().active).toBe(2);
    },
  );

  test('a start that waits for a late child is not made once the supervisor ends', async () => {
    const world = makeWorld();
    const gate = Promise.withResolvers<unknown>();
    const { supervisor } = await setup({
      children: [world.child('a', { instead: (nth) => (nth === 2 ? gate.promise : undefined) })],
    });
    world.latest('a').crash();
    await quiet();
    await supervisor.terminateChild('a');
    const again = supervisor.restartChild('a');
    await quiet();
    const stopped = supervisor.stop();
    await expect(again).rejects.toMatchObject({ code: 'noproc' });
    await stopped;
    gate.resolve(world.born('a'));
    await quiet();
    expect(world.log).toEqual(['start a', 'start a', 'kill a']);
  });

  test('ignore on a restart: the spec stays, the child is down and not tried again', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({
      children: [world.child('a', { instead: (nth) => (nth === 2 ? 'ignore' : undefined) })],
    });
    world.latest('a').crash();
    await quiet();
    expect(supervisor.countChildren()).toMatchObject({ specs: 1, active: 0 });
    expect(supervisor.whichChildren()[0]?.child).toBeUndefined();
    await supervisor.restartChild('a');
    expect(supervisor.countChildren().active).toBe(1);
  });

  test('in a group: those before it run, those after it are down, and the next try starts all in range', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const failsOnce = world.child('b', { instead: (nth) => (nth === 2 ? 'rubbish' : undefined) });
    const { supervisor } = await setup({
      clock,
      strategy: 'one_for_all',
      intensity: 5,
      backoff: { minMs: 10, maxMs: 10, jitter: 0 },
      children: [world.child('a'), failsOnce, world.child('c')],
    });
    world.latest('a').crash();
    await clock.advance(10);
    expect(supervisor.whichChildren().map(({ child }) => child)).toEqual([
      undefined,
      'restarting',
      undefined,
    ]);
    world.takeLog();
    await clock.advance(10);
    expect(world.log).toEqual(['start a', 'start b', 'start c']);
    expect(supervisor.countChildren().active).toBe(3);
  });
});

describe('backoff', () => {
  test('delays grow to the cap, siblings go on, and a stable time resets them', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const backoff = { minMs: 100, maxMs: 400, jitter: 0, resetAfterMs: 1000 };
    const { supervisor } = await setup({
      clock,
      backoff,
      intensity: 100,
      children: [world.child('a'), world.child('b')],
    });
    for (const delayMs of [100, 200, 400, 400]) {
      const before = world.starts.get('a') ?? 0;
      world.latest('a').crash();
      await clock.advance(delayMs - 1);
      expect(world.starts.get('a')).toBe(before);
      await clock.advance(1);
      expect(world.starts.get('a')).toBe(before + 1);
    }
    await clock.advance(1000);
    const before = world.starts.get('a') ?? 0;
    world.latest('a').crash();
    await clock.advance(100);
    expect(world.starts.get('a')).toBe(before + 1);
    expect(world.starts.get('b')).toBe(1);
    expect(supervisor.countChildren().active).toBe(2);
  });

  test('a restart by hand resets them too', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const backoff = { minMs: 100, maxMs: 1e6, jitter: 0 };
    const { supervisor } = await setup({ clock, backoff, intensity: 100, children: [world.child('a')] });
    for (const delayMs of [100, 200]) {
      world.latest('a').crash();
      await clock.advance(delayMs);
    }
    await supervisor.terminateChild('a');
    await supervisor.restartChild('a');
    world.latest('a').crash();
    await clock.advance(100);
    expect(supervisor.countChildren().active).toBe(1);
  });

  test('a wait holds up nobody else', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const { supervisor } = await setup({
      clock,
      backoff: { minMs: 1e6, maxMs: 1e6 },
      intensity: 9,
      children: [world.child('a')],
    });
    world.latest('a').crash();
    await quiet();
    await supervisor.startChild(world.child('b'));
    await supervisor.terminateChild('b');
    expect(supervisor.whichChildren().map(({ child }) => child)).toEqual(['restarting', undefined]);
  });

  test('in a group siblings stop at once and start after the wait', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    await setup({
      clock,
      strategy: 'one_for_all',
      backoff: { minMs: 50, maxMs: 50, jitter: 0 },
      children: [world.child('a'), world.child('b')],
    });
    world.takeLog();
    world.latest('a').crash();
    await clock.advance(49);
    expect(world.takeLog()).toEqual(['stop b']);
    await clock.advance(1);
    expect(world.log).toEqual(['start a', 'start b']);
  });
});

describe('a tree', () => {
  test('the escalation of a leaf restarts the middle, not the top; static children come back, dynamic ones do not', async () => {
    const world = makeWorld();
    const middles: Awaited<ReturnType<typeof startSupervisor>>[] = [];
    const middle = {
      id: 'middle',
      type: 'supervisor',
      start: async () => {
        const supervisor = await startSupervisor({
          intensity: 0,
          children: [world.child('leaf'), world.child('sibling')],
        });
        middles.push(supervisor);
        return supervisor;
      },
    } as const;
    const { supervisor: top, told } = await setup({ children: [world.child('other'), middle] });
    await middles[0]?.startChild(world.child('dynamic'));
    world.takeLog();
    const restarted = event(top, 'child.started');
    world.latest('leaf').crash();
    await restarted;
    expect(world.log).toEqual(['stop dynamic', 'stop sibling', 'start leaf', 'start sibling']);
    expect(told()).toEqual(['child.exited middle 1', 'child.restarting middle 1', 'child.started middle 2']);
    expect(top.countChildren()).toEqual({ specs: 2, active: 2, supervisors: 1, workers: 1 });
    expect(middles[1]?.whichChildren().map(({ id }) => id)).toEqual(['leaf', 'sibling']);
    world.takeLog();
    await top.stop();
    expect(world.log).toEqual(['stop sibling', 'stop leaf', 'stop other']);
  });

  test('a supervisor killed at its deadline kills its own children', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const middle = {
      id: 'middle',
      shutdown: 100,
      start: () =>
        startSupervisor({ clock, children: [world.child('leaf', { manner: 'deaf', shutdown: 'infinity' })] }),
    };
    const { supervisor: top, events } = await setup({ clock, children: [middle] });
    const stopped = top.stop();
    await clock.advance(100);
    await stopped;
    expect(world.log).toEqual(['start leaf', 'stop leaf', 'kill leaf']);
    expect(events[0]?.exit).toEqual({ kind: 'killed' });
  });
});
