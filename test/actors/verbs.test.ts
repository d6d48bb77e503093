import { describe, expect, test } from 'vitest';
import { makeWorld, quiet, setup, TestClock } from '../tools/actors/world.js';

const code = (value: string) => expect.objectContaining({ code: value });

describe('startChild', () => {
  test('resolves to the very object that start returned, at the end of the order', async () => {
    const world = makeWorld();
    const { supervisor, told } = await setup({ children: [world.child('a')] });
    expect(await supervisor.startChild(world.child('b'))).toBe(world.latest('b'));
    expect(supervisor.whichChildren().map(({ id }) => id)).toEqual(['a', 'b']);
    expect(told()).toEqual(['child.started b 1']);
  });

  test('a known id is refused: already_started with the child, or already_present', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a')] });
    const refused = expect.objectContaining({ code: 'already_started', value: world.latest('a') });
    await expect(supervisor.startChild(world.child('a'))).rejects.toEqual(refused);
    await supervisor.terminateChild('a');
    await expect(supervisor.startChild(world.child('a'))).rejects.toEqual(code('already_present'));
    expect(world.log).toEqual(['start a', 'stop a']);
  });

  test('a failed start rejects with its reason, leaves no spec, and the supervisor lives', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a')] });
    const reason = new Error('no such file');
    await expect(
      supervisor.startChild(world.child('b', { instead: () => Promise.reject(reason) })),
    ).rejects.toBe(reason);
    await expect(supervisor.startChild(world.child('b', { instead: () => ({}) }))).rejects.toEqual(
      code('bad_return'),
    );
    await expect(supervisor.startChild({ ...world.child('b'), shutdown: 0 })).rejects.toEqual(
      code('invalid_shutdown'),
    );
    expect(supervisor.countChildren()).toEqual({ specs: 1, active: 1, supervisors: 0, workers: 1 });
  });

  test('ignore: the spec is kept, unless it is temporary', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [] });
    const ignored = { instead: () => 'ignore' };
    expect(await supervisor.startChild(world.child('a', ignored))).toBe('ignore');
    expect(await supervisor.startChild(world.child('b', { ...ignored, restart: 'temporary' }))).toBe(
      'ignore',
    );
    expect(supervisor.countChildren()).toEqual({ specs: 1, active: 0, supervisors: 0, workers: 1 });
    expect(await supervisor.restartChild('a')).toBe('ignore');
  });

  test('a child that already runs under another id is no new child', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({
      strategy: 'simple_one_for_one',
      children: [{ id: 'one', start: () => only }],
    });
    const only = world.born('only');
    await supervisor.startChild([]);
    await expect(supervisor.startChild([])).rejects.toEqual(code('bad_return'));
    expect(supervisor.countChildren().active).toBe(1);
  });
});

describe('terminateChild', () => {
  test('ends the child and keeps its spec', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ intensity: 0, children: [world.child('a')] });
    await supervisor.terminateChild('a');
    await supervisor.terminateChild('a');
    expect(supervisor.whichChildren()).toEqual([
      { id: 'a', child: undefined, type: 'worker', restart: 'permanent' },
    ]);
    expect(world.log).toEqual(['start a', 'stop a']);
  });

  test('a temporary child is forgotten with it', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a', { restart: 'temporary' })] });
    await supervisor.terminateChild('a');
    await expect(supervisor.restartChild('a')).rejects.toEqual(code('not_found'));
    expect(await supervisor.startChild(world.child('a'))).toBe(world.latest('a'));
  });

  test('an unknown id is not_found', async () => {
    const { supervisor } = await setup({ children: [] });
    await expect(supervisor.terminateChild('a')).rejects.toEqual(code('not_found'));
    await expect(supervisor.terminateChild(makeWorld().born('a'))).rejects.toEqual(code('not_found'));
  });
});

describe('restartChild and deleteChild', () => {
  test('are refused while the child runs, and for an unknown id', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a')] });
    for (const verb of [supervisor.restartChild, supervisor.deleteChild]) {
      await expect(verb('a')).rejects.toEqual(code('running'));
      await expect(verb('b')).rejects.toEqual(code('not_found'));
    }
  });

  test('a child that is down starts again in its old place, or is forgotten', async () => {
    const world = makeWorld();
    const { supervisor, told } = await setup({ children: [world.child('a'), world.child('b')] });
    await supervisor.terminateChild('a');
    expect(await supervisor.restartChild('a')).toBe(world.latest('a'));
    expect(supervisor.whichChildren().map(({ id }) => id)).toEqual(['a', 'b']);
    await supervisor.terminateChild('a');
    await supervisor.deleteChild('a');
    expect(supervisor.whichChildren().map(({ id }) => id)).toEqual(['b']);
    expect(told()).toEqual(['child.exited a 1', 'child.started a 2', 'child.exited a 2']);
  });

  test('a restart by hand that fails rejects with the reason; the child stays down and is not tried again', async () => {
    const world = makeWorld();
    const reason = new Error('no');
    const failing = world.child('a', { instead: (nth) => (nth > 1 ? Promise.reject(reason) : undefined) });
    const { supervisor } = await setup({ children: [failing] });
    await supervisor.terminateChild('a');
    await expect(supervisor.restartChild('a')).rejects.toBe(reason);
    await quiet();
    expect(world.starts.get('a')).toBe(2);
    expect(supervisor.countChildren()).toMatchObject({ specs: 1, active: 0 });
  });

  test('a transient child that ended normally can be started again by hand', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a', { restart: 'transient' })] });
    world.latest('a').end({ kind: 'normal' });
    await quiet();
    expect(supervisor.countChildren()).toMatchObject({ specs: 1, active: 0 });
    await supervisor.restartChild('a');
    expect(supervisor.countChildren().active).toBe(1);
  });
});

test('verbs take effect one after the other', async () => {
  const world = makeWorld();
  const { supervisor } = await setup({ children: [] });
  const gate = Promise.withResolvers<unknown>();
  const answers = Promise.allSettled([
    supervisor.startChild(world.child('a', { instead: (nth) => (nth === 1 ? gate.promise : undefined) })),
    supervisor.restartChild('a'),
    supervisor.terminateChild('a'),
    supervisor.restartChild('a'),
    supervisor.terminateChild('a'),
    supervisor.deleteChild('a'),
    supervisor.deleteChild('a'),
  ]);
  await quiet();
  expect(world.log).toEqual(['start a']);
  gate.resolve(world.born('a'));
  const said = (await answers).map((answer) => (answer.status === 'rejected' ? answer.reason.code : 'done'));
  expect(said).toEqual(['done', 'running', 'done', 'done', 'done', 'done', 'not_found']);
});

test('getChildSpec has every default filled in', async () => {
  const world = makeWorld();
  const spec = world.child('a');
  const { supervisor } = await setup({ children: [spec] });
  const { start } = spec;
  const defaults = { restart: 'permanent', shutdown: 5000, type: 'worker', significant: false };
  expect(supervisor.getChildSpec('a')).toEqual({ id: 'a', start, ...defaults });
  expect(() => supervisor.getChildSpec('b')).toThrow(code('not_found'));
});

test('a listener hears nothing after it has left', async () => {
  const world = makeWorld();
  const { supervisor } = await setup({ children: [] });
  const heard: string[] = [];
  const leave = supervisor.subscribe(({ kind }) => heard.push(kind));
  leave();
  leave();
  await supervisor.startChild(world.child('a'));
  expect(heard).toEqual([]);
});

test('a listener may stop the supervisor in the middle of a restart', async () => {
  const world = makeWorld();
  const { supervisor } = await setup({
    strategy: 'one_for_all',
    children: [world.child('a'), world.child('b')],
  });
  let stopped: Promise<void> | undefined;
  supervisor.subscribe(({ kind }) => {
    if (kind === 'child.restarting') stopped = supervisor.stop();
  });
  world.latest('a').crash();
  await supervisor.exited;
  await stopped;
  expect(world.log).toEqual(['start a', 'start b', 'stop b']);
});

describe('changeSpec', () => {
  test('a faulty spec is refused whole', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ intensity: 0, children: [world.child('a', { shutdown: 10 })] });
    const faulty = {
      intensity: 9,
      children: [world.child('a', { shutdown: 20 }), { ...world.child('b'), type: 'boss' as never }],
    };
    await expect(supervisor.changeSpec(faulty)).rejects.toEqual(code('invalid_child_type'));
    expect(supervisor.getChildSpec('a').shutdown).toBe(10);
    expect(supervisor.whichChildren()).toHaveLength(1);
    world.latest('a').crash();
    await supervisor.exited;
  });

  test('what runs goes on, under the new flags and specs in their new order', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ intensity: 0, children: [world.child('a'), world.child('b')] });
    world.takeLog();
    await supervisor.changeSpec({
      intensity: 5,
      strategy: 'rest_for_one',
      children: [world.child('b', { type: 'supervisor' }), world.child('a')],
    });
    expect(world.log).toEqual([]);
    expect(supervisor.whichChildren().map(({ id, child }) => [id, child])).toEqual([
      ['b', world.latest('b')],
      ['a', world.latest('a')],
    ]);
    world.latest('b').crash();
    await quiet();
    expect(world.log).toEqual(['stop a', 'start b', 'start a']);
    expect(supervisor.countChildren()).toEqual({ specs: 2, active: 2, supervisors: 1, workers: 1 });
  });

  test('a new spec waits for restartChild, and who is not named any more is kept behind the others', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('old')] });
    await supervisor.changeSpec({ children: [world.child('new')] });
    expect(supervisor.whichChildren().map(({ id, child }) => [id, child])).toEqual([
      ['new', undefined],
      ['old', world.latest('old')],
    ]);
    await supervisor.restartChild('new');
    expect(supervisor.countChildren().active).toBe(2);
  });

  test('a child waiting for its restart starts as the new spec says', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const backoff = { minMs: 10, maxMs: 10, jitter: 0 };
    const { supervisor } = await setup({ clock, backoff, children: [world.child('a')] });
    world.latest('a').crash();
    await quiet();
    await supervisor.changeSpec({
      backoff,
      children: [{ ...world.child('a'), start: () => world.born('changed') }],
    });
    await clock.advance(10);
    expect(supervisor.whichChildren()[0]?.child).toBe(world.latest('changed'));
  });

  test('simple_one_for_one is neither entered nor left; its template is replaced', async () => {
    const world = makeWorld();
    const { supervisor: named } = await setup({ children: [] });
    const simple = {
      strategy: 'simple_one_for_one',
      children: [{ id: 'x', start: () => world.born('before') }],
    } as const;
    await expect(named.changeSpec(simple)).rejects.toEqual(code('invalid_strategy'));
    const { supervisor } = await setup(simple);
    await expect(supervisor.changeSpec({ children: [] })).rejects.toEqual(code('invalid_strategy'));
    await supervisor.startChild([]);
    await supervisor.changeSpec({ ...simple, children: [{ id: 'y', start: () => world.born('after') }] });
    expect(supervisor.whichChildren()[0]?.child).toBe(world.latest('before'));
    world.latest('before').crash();
    await quiet();
    expect(supervisor.whichChildren()[0]?.child).toBe(world.latest('after'));
  });
});
