import { expect, test, vi } from 'vitest';
import { startTree } from '#src/actors/index.js';
import { makeWorld, quiet } from '../tools/actors/world.js';

test('a tree shows its children in start order, with what they tell of themselves', async () => {
  const world = makeWorld();
  const told = world.child('b');
  const tree = await startTree({
    strategy: 'rest_for_one',
    children: [
      world.child('a'),
      {
        ...told,
        start: async () =>
          Object.assign((await told.start()) as object, {
            facts: () => ({ threadId: 7, heapBytes: 1024, heartbeatAgeMs: 5 }),
          }) as never,
      },
    ],
  });
  const root = tree.root('worker');
  expect(root).toMatchObject({
    id: 'worker',
    type: 'supervisor',
    strategy: 'rest_for_one',
    pid: process.pid,
  });
  expect(root.children).toMatchObject([
    { id: 'a', type: 'worker', strategy: null, status: 'running', incarnation: 1, lastExit: null },
    { id: 'b', threadId: 7, heapBytes: 1024, heartbeatAgeMs: 5 },
  ]);
  expect(root.children[0]).not.toHaveProperty('pid');
  await tree.stop();
});

test('a crash shows as incarnation, restarts, and the reason of the last exit', async () => {
  const world = makeWorld();
  const tree = await startTree({ intensity: 3, children: [world.child('a'), world.child('b')] });
  world.latest('a').crash();
  await quiet();
  const [a, b] = tree.children();
  expect(a).toMatchObject({
    status: 'running',
    incarnation: 2,
    restarts: { inPeriod: 1, total: 1 },
    lastExit: { kind: 'crash', reason: 'a crashed' },
  });
  expect(b).toMatchObject({ incarnation: 1, restarts: { total: 0 }, lastExit: null });
  await tree.stop();
});

test('a child that is down or waits for its restart says so', async () => {
  const world = makeWorld();
  const tree = await startTree({
    backoff: { minMs: 60_000, maxMs: 60_000 },
    children: [world.child('a'), world.child('b')],
  });
  await tree.supervisor.terminateChild('a');
  world.latest('b').crash();
  await quiet();
  expect(tree.children()).toMatchObject([
    { id: 'a', status: 'down', lastExit: { kind: 'shutdown', reason: null } },
    { id: 'b', status: 'restarting' },
  ]);
  await tree.stop();
});

test('a tree in a tree shows its children below it; one that has ended has none', async () => {
  const world = makeWorld();
  const inner = await startTree({ children: [world.child('leaf')] });
  const outer = await startTree({
    children: [{ id: 'inner', type: 'supervisor', start: () => inner }],
  });
  expect(outer.children()).toMatchObject([
    { id: 'inner', type: 'supervisor', strategy: 'one_for_one', children: [{ id: 'leaf' }] },
  ]);
  await outer.stop();
  expect(outer.children()).toEqual([]);
  expect(inner.children()).toEqual([]);
});

test.each([-3_600_000, 8 * 3_600_000])(
  'ages and counts stay right when the wall clock is set by %i ms',
  async (step) => {
    const world = makeWorld();
    const tree = await startTree({ intensity: 3, periodMs: 60_000, children: [world.child('a')] });
    world.latest('a').crash();
    await quiet();
    const set = Date.now() + step;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(set);
    const [a] = tree.children();
    const ages = [a?.since, a?.lastExit?.at, tree.root('worker').since].map(
      (at) => set - Date.parse(at ?? ''),
    );
    clock.mockRestore();
    for (const age of ages) expect(age).toBeGreaterThanOrEqual(-1000);
    for (const age of ages) expect(age).toBeLessThan(60_000);
    expect(a?.restarts).toEqual({ inPeriod: 1, total: 1 });
    await tree.stop();
  },
);
