import { describe, expect, test } from 'vitest';
import { startSupervisor } from '#src/actors/index.js';
import { makeWorld, quiet, setup, TestClock } from '../tools/actors/world.js';

describe('start', () => {
  test('children start first to last, and each is there when the supervisor is', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({
      children: [world.child('a'), world.child('b', { type: 'supervisor' })],
    });
    expect(world.log).toEqual(['start a', 'start b']);
    expect(supervisor.whichChildren()).toEqual([
      { id: 'a', child: world.latest('a'), type: 'worker', restart: 'permanent' },
      { id: 'b', child: world.latest('b'), type: 'supervisor', restart: 'permanent' },
    ]);
    expect(supervisor.countChildren()).toEqual({ specs: 2, active: 2, supervisors: 1, workers: 1 });
  });

  test('a child waits until the one before it is up', async () => {
    const world = makeWorld();
    const gate = Promise.withResolvers<unknown>();
    const starting = startSupervisor({
      children: [world.child('a', { instead: () => gate.promise }), world.child('b')],
    });
    await quiet();
    expect(world.takeLog()).toEqual(['start a']);
    gate.resolve(world.born('a'));
    await starting;
    expect(world.log).toEqual(['start b']);
  });

  test('an ignored child is down, its spec is kept', async () => {
    const world = makeWorld();
    const ignored = world.child('a', { instead: () => 'ignore' });
    const { supervisor } = await setup({ children: [ignored, world.child('b')] });
    expect(supervisor.countChildren()).toEqual({ specs: 2, active: 1, supervisors: 0, workers: 2 });
    expect(supervisor.whichChildren()[0]).toMatchObject({ id: 'a', child: undefined });
  });

  test('an ignored temporary child leaves no spec', async () => {
    const world = makeWorld();
    const ignored = world.child('a', { instead: () => 'ignore', restart: 'temporary' });
    const { supervisor } = await setup({ children: [ignored, world.child('b')] });
    expect(supervisor.countChildren()).toEqual({ specs: 1, active: 1, supervisors: 0, workers: 1 });
    expect(() => supervisor.getChildSpec('a')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  const reason = new Error('no disk');
  test.each([
    [
      'throws',
      () => {
        throw reason;
      },
    ],
    ['rejects', () => Promise.reject(reason)],
  ])(
    'a start that %s: the reason comes out, and what had started is stopped last to first',
    async (_, instead) => {
      const world = makeWorld();
      const children = [world.child('a'), world.child('b'), world.child('c', { instead }), world.child('d')];
      await expect(startSupervisor({ children })).rejects.toBe(reason);
      expect(world.log).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop a']);
    },
  );

  test.each([undefined, null, 5, 'ignored', {}, { exited: 1, stop() {}, kill() {} }])(
    'a start that gives %o failed',
    async (rubbish) => {
      const world = makeWorld();
      const started = startSupervisor({
        children: [world.child('a'), world.child('b', { instead: () => Promise.resolve(rubbish) })],
      });
      await expect(started).rejects.toMatchObject({ code: 'bad_return', value: rubbish });
      expect(world.log.at(-1)).toBe('stop a');
    },
  );

  test('a child that crashes while its siblings start is restarted when all have', async () => {
    const world = makeWorld();
    const gate = Promise.withResolvers<unknown>();
    const starting = startSupervisor({
      children: [world.child('a'), world.child('b', { instead: () => gate.promise })],
    });
    await quiet();
    world.latest('a').crash();
    await quiet();
    expect(world.starts.get('a')).toBe(1);
    gate.resolve(world.born('b'));
    const supervisor = await starting;
    await quiet();
    expect(world.starts.get('a')).toBe(2);
    expect(supervisor.countChildren().active).toBe(2);
  });
});

describe('stop', () => {
  test('children stop last to first, the exit is shutdown, and stopping again resolves', async () => {
    const world = makeWorld();
    const { supervisor, told } = await setup({ children: ['a', 'b', 'c'].map((id) => world.child(id)) });
    world.takeLog();
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    await supervisor.stop();
    expect(world.log).toEqual(['stop c', 'stop b', 'stop a']);
    expect(told()).toEqual(['child.exited c 1', 'child.exited b 1', 'child.exited a 1', 'supervisor.exited']);
    expect(await supervisor.exited).toEqual({ kind: 'shutdown' });
  });

  test('a child that does not listen is killed at its deadline, and the one before it waits for that', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const deaf = world.child('b', { manner: 'deaf', shutdown: 1000 });
    const { supervisor, events } = await setup({ clock, children: [world.child('a'), deaf] });
    const stopped = supervisor.stop();
    await clock.advance(999);
    expect(world.takeLog()).toEqual(['start a', 'start b', 'stop b']);
    await clock.advance(1);
    await stopped;
    expect(world.log).toEqual(['kill b', 'stop a']);
    expect(events.map(({ id, exit, at }) => [id, exit?.kind, at])).toEqual([
      ['b', 'killed', 2000],
      ['a', 'shutdown', 2000],
      [undefined, 'shutdown', 2000],
    ]);
    expect(clock.pending).toBe(0);
  });

  test('brutal_kill never asks', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a', { shutdown: 'brutal_kill' })] });
    await supervisor.stop();
    expect(world.log).toEqual(['start a', 'kill a']);
  });

  test('infinity sets no deadline', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const { supervisor } = await setup({
      clock,
      children: [world.child('a', { manner: 'deaf', shutdown: 'infinity' })],
    });
    const stopped = supervisor.stop();
    await clock.advance(1e9);
    expect(world.log).toEqual(['start a', 'stop a']);
    world.latest('a').end({ kind: 'normal' });
    await stopped;
  });

  test.each(['throws', 'rejects'] as const)(
    'a stop hook that %s: the child is killed at once',
    async (manner) => {
      const world = makeWorld();
      const clock = new TestClock();
      const { supervisor } = await setup({
        clock,
        children: [world.child('a', { manner, shutdown: 'infinity' })],
      });
      await supervisor.stop();
      expect(world.log).toEqual(['start a', 'stop a', 'kill a']);
    },
  );

  test('a crash in the stop hook: one exit record, and the child is not killed on top', async () => {
    const world = makeWorld();
    const { supervisor, events } = await setup({ children: [world.child('a', { manner: 'crashes' })] });
    await supervisor.stop();
    expect(world.log).toEqual(['start a', 'stop a']);
    expect(events.map(({ kind, exit }) => [kind, exit?.kind])).toEqual([
      ['child.exited', 'crash'],
      ['supervisor.exited', 'shutdown'],
    ]);
  });

  test('it does not wait for a start: the verb is refused, the late child is killed at once', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a')] });
    const gate = Promise.withResolvers<unknown>();
    const late = supervisor.startChild(world.child('late', { instead: () => gate.promise }));
    const waiting = supervisor.startChild(world.child('waiting'));
    await quiet();
    const stopped = supervisor.stop();
    await expect(late).rejects.toMatchObject({ code: 'noproc' });
    await expect(waiting).rejects.toMatchObject({ code: 'noproc' });
    await stopped;
    world.takeLog();
    gate.resolve(world.born('late'));
    await quiet();
    expect(world.log).toEqual(['kill late']);
  });

  test('a child whose start ended its own supervisor is killed', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a')] });
    const instead = () => {
      supervisor.kill();
      return world.born('b');
    };
    await expect(supervisor.startChild(world.child('b', { instead }))).rejects.toMatchObject({
      code: 'noproc',
    });
    expect(world.log).toEqual(['start a', 'start b', 'kill a', 'kill b']);
  });

  const verbs = ['stop', 'kill'] as const;
  const moments = verbs.flatMap((verb) => Array.from({ length: 16 }, (_, ticks) => [verb, ticks] as const));
  test.each(moments)(
    '%s, %i ticks after a start came up: whoever lives is ended, and the verb has an answer',
    async (verb, ticks) => {
      const world = makeWorld();
      const gate = Promise.withResolvers<unknown>();
      const { supervisor, told } = await setup({ children: [world.child('a')] });
      const answer = supervisor
        .startChild(world.child('b', { instead: () => gate.promise }))
        .catch((error: { code: string }) => error.code);
      await quiet();
      const late = world.born('b');
      gate.resolve(late);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      void supervisor[verb]();
      await supervisor.exited;
      const isUp = (await answer) === late;
      expect(isUp || (await answer) === 'noproc').toBe(true);
      expect(told().filter((line) => line.endsWith('b 1')).length).toBe(isUp ? 2 : 0);
      expect(told().slice(-1)).toEqual(['supervisor.exited']);
      expect(['killed', 'shutdown']).toContain((await late.exited).kind);
      // Who was taken over is ended like everybody else, who was not is killed.
      const end = verb === 'stop' && isUp ? 'stop b' : 'kill b';
      expect(world.log.filter((line) => line.endsWith('b'))).toEqual(['start b', end]);
    },
  );

  test('it does not wait for a restart either', async () => {
    const world = makeWorld();
    const gate = Promise.withResolvers<unknown>();
    const { supervisor } = await setup({
      children: [world.child('a', { instead: (nth) => (nth > 1 ? gate.promise : undefined) })],
    });
    world.latest('a').crash();
    await quiet();
    expect(supervisor.whichChildren()[0]?.child).toBe('restarting');
    await supervisor.stop();
    gate.reject(new Error('nobody listens any more'));
    await quiet();
    expect(world.log).toEqual(['start a', 'start a']);
  });

  test('a verb that terminates a child and a stop right behind it both succeed', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const { supervisor } = await setup({
      clock,
      children: [world.child('a'), world.child('b', { manner: 'deaf' })],
    });
    const terminated = supervisor.terminateChild('b');
    await quiet();
    const stopped = supervisor.stop();
    await clock.advance(5000);
    await Promise.all([terminated, stopped]);
    expect(world.log).toEqual(['start a', 'start b', 'stop b', 'kill b', 'stop a']);
  });
});

describe('kill', () => {
  test('children are killed, not asked, and the exit is killed', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a'), world.child('b')] });
    supervisor.kill();
    expect(await supervisor.exited).toEqual({ kind: 'killed' });
    expect(world.log).toEqual(['start a', 'start b', 'kill b', 'kill a']);
  });

  test('it hastens a stop under way', async () => {
    const world = makeWorld();
    const deaf = { manner: 'deaf', shutdown: 'infinity' } as const;
    const { supervisor } = await setup({ children: [world.child('a', deaf), world.child('b', deaf)] });
    const stopped = supervisor.stop();
    supervisor.kill();
    supervisor.kill();
    await stopped;
    expect(world.log).toEqual(['start a', 'start b', 'stop b', 'kill b', 'kill a']);
    expect(await supervisor.exited).toEqual({ kind: 'killed' });
  });

  test('a kill that throws is survived; the exit is still waited for', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a', { shutdown: 'brutal_kill' })] });
    const child = world.latest('a');
    child.kill = () => {
      throw new Error('kill hook');
    };
    const stopped = supervisor.stop();
    await quiet();
    child.end({ kind: 'normal' });
    await stopped;
  });
});

describe('when the supervisor is dead', () => {
  test('stop resolves, and every other verb is refused noproc', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a')] });
    await supervisor.stop();
    await supervisor.stop();
    supervisor.kill();
    const noproc = expect.objectContaining({ code: 'noproc' });
    await expect(supervisor.startChild(world.child('b'))).rejects.toEqual(noproc);
    await expect(supervisor.terminateChild('a')).rejects.toEqual(noproc);
    await expect(supervisor.restartChild('a')).rejects.toEqual(noproc);
    await expect(supervisor.deleteChild('a')).rejects.toEqual(noproc);
    await expect(supervisor.changeSpec({ children: [] })).rejects.toEqual(noproc);
    expect(() => supervisor.whichChildren()).toThrow(noproc);
    expect(() => supervisor.countChildren()).toThrow(noproc);
    expect(() => supervisor.getChildSpec('a')).toThrow(noproc);
    expect(() => supervisor.subscribe(() => undefined)).toThrow(noproc);
  });
});

describe('a fault of the supervisor itself', () => {
  test('ends its children and goes up as a crash', async () => {
    const world = makeWorld();
    const clock = new TestClock();
    const { supervisor } = await setup({ clock, children: [world.child('a'), world.child('b')] });
    const broken = new Error('no time');
    clock.now = () => {
      throw broken;
    };
    world.latest('a').crash();
    expect(await supervisor.exited).toEqual({ kind: 'crash', error: broken });
    expect(world.log).toEqual(['start a', 'start b', 'stop b']);
  });

  test('a listener that throws is none: the others hear everything', async () => {
    const world = makeWorld();
    const { supervisor } = await setup({ children: [world.child('a')] });
    supervisor.subscribe(() => {
      throw new Error('deaf listener');
    });
    const heard: string[] = [];
    supervisor.subscribe(({ kind }) => heard.push(kind));
    world.latest('a').crash();
    await quiet();
    expect(heard).toEqual(['child.exited', 'child.restarting', 'child.started']);
  });
});
