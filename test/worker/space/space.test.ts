/** The keeper beside a real desk; disks that are as full as a test says, and time that it turns. */
import { expect, test } from 'vitest';
import { defaultSealing } from '#src/config/sealing-settings.js';
import type { SpaceConfig } from '#src/config/space-config.js';
import type { SpaceNeed } from '#src/sealing/space-need.js';
import { WorkerDesk } from '#src/worker/desk/desk.js';
import type { Disks } from '#src/worker/space/disk.js';
import { SpaceKeeper } from '#src/worker/space/space.js';
import { threadDesk } from '#src/worker/thread/desk.js';
import { quiet, TestClock } from '../../tools/actors/world.js';
import { callsOf } from '../../tools/worker/border.js';
import { noPolicy } from '../../tools/worker/desk-setup.js';

const noConfig: SpaceConfig = {
  isEnabled: true,
  reserveBytes: 1,
  checkIntervalMs: 30_000,
  needs: {},
  isStoreWeighted: false,
};

interface World {
  /** Free bytes by path; threads share `/disk` unless told otherwise. */
  readonly free?: Record<string, number>;
  readonly space?: Partial<SpaceConfig>;
  readonly limits?: Readonly<Record<string, number>>;
}

function setup({ free = { '/disk': 100 }, space = {}, limits = {} }: World = {}) {
  const clock = new TestClock();
  /** By the beginning of the path. */
  const written = new Map<string, number>();
  const failing = new Set<string>();
  const config = {
    space: { ...noConfig, ...space },
    threads: [{ index: 0, location: '/disk', plan: 'sealer' as const, sealing: defaultSealing }],
    attached: [
      { name: 'a', location: '/a', readonly: false },
      { name: 'b', location: '/b', readonly: false },
      { name: 'ro', location: '/ro', readonly: true },
    ],
  };
  const devices = ['/disk', '/other', '/a', '/b', '/ro'];
  const gates: Promise<void>[] = [];
  const disks: Disks = {
    read: async (path) => {
      const freeBytes = free[path] ?? 0;
      await gates.shift();
      const device = devices.indexOf(path);
      if (failing.has(path)) return { isRead: false, why: 'it has not answered within 2 s' };
      return { isRead: true, device, freeBytes, totalBytes: 1000 };
    },
    bytesIn: async (paths) => paths.reduce((sum, path) => sum + (written.get(path) ?? 0), 0),
  };
  const keeper: SpaceKeeper = new SpaceKeeper({
    clock,
    wall: () => Date.parse('2026-11-22T10:00:00.000Z') + clock.now() - 1000,
    disks,
    config: () => config,
    isHolding: (index, id) => desk.isHolding(index, id),
    look: () => desk.look(),
  });
  const desk = new WorkerDesk(
    {
      clock,
      wall: Date.now,
      onChange: () => undefined,
      onBreaker: () => undefined,
      blockedBy: (index, name) => keeper.blockedBy(index, name),
      onTaken: (index, name) => keeper.taken(index, name),
    },
    { ...noPolicy, limits },
  );
  const thread = (index: number, need: Partial<SpaceNeed> = {}) => {
    const calls = callsOf(desk, index, { space: keeper, isSpaceEnabled: () => config.space.isEnabled });
    const side = threadDesk(calls, index * 100 + 1);
    const whole: SpaceNeed = {
      at: 'location',
      location: '/disk',
      dir: `/disk/${index}`,
      sectorId: `s-${index}`,
      sectorBytes: 10,
      bytes: 50,
      leftoverBytes: 0,
      ...need,
    };
    let hasBegun = false;
    let end: () => void = () => undefined;
    const begin = () => {
      hasBegun = true;
      void side.hold(
        () =>
          new Promise<void>((resolve) => {
            end = resolve;
          }),
        () => null,
      );
    };
    return {
      ...side,
      space: {
        rooms: (bytes: number) => keeper.rooms(index, bytes),
        take: (name: string, bytes: number) => keeper.take(index, name, bytes),
      },
      hasBegun: () => hasBegun,
      /** Asks, and begins at once or when it is told to. */
      ask: async (stage = 'pc1') => {
        const answer = await side.ask(stage, false, async () => whole);
        if (answer.granted) begin();
        else side.granted().then(begin, () => undefined);
        return answer.granted;
      },
      write: (bytes: number, path = whole.location) => {
        written.set(whole.dir, (written.get(whole.dir) ?? 0) + bytes);
        free[path] = (free[path] ?? 0) - bytes;
      },
      end: async () => {
        end();
        await quiet();
      },
    };
  };
  return { clock, config, desk, keeper, thread, free, written, failing, gates };
}

test('three threads on one disk with room for one: one begins, each next when the one before has ended', async () => {
  const { thread, desk } = setup({ free: { '/disk': 60 } });
  const threads = [thread(0), thread(1), thread(2)];
  expect(await Promise.all(threads.map((each) => each.ask()))).toEqual([true, false, false]);
  expect(desk.waitingFor(1)).toEqual({
    limit: 'space',
    place: 1,
    holders: [0],
    reason: '10 B free beside 50 B granted already of 51 B needed on /disk for pc1',
    nextAt: expect.stringMatching(/^2026-11-22T10:0/),
  });
  for (const [at, each] of threads.entries()) {
    expect(threads.map((one) => one.hasBegun())).toEqual(threads.map((_, index) => index <= at));
    await each.end();
  }
});

test('what a stage wrote is there still when it has ended: the next waits until it is not', async () => {
  const { thread, free } = setup({ free: { '/disk': 60, '/other': 60 } });
  const [one, other] = [thread(0), thread(1)];
  await one.ask();
  await other.ask();
  one.write(50);
  await one.end();
  expect(other.hasBegun()).toBe(false);
  free['/disk'] = 60;
  const third = thread(2, { bytes: 1 });
  await third.ask();
  await third.end();
  expect(other.hasBegun()).toBe(true);
});

test('what a running stage has written is not taken off a second time', async () => {
  const { thread } = setup({ free: { '/disk': 110 } });
  const [one, other] = [thread(0), thread(1)];
  expect(await one.ask()).toBe(true);
  one.write(50);
  // 60 are free, and nothing of what was granted is still to come.
  expect(await other.ask()).toBe(true);
});

test('a look that had begun when a stage ended does not show what that wrote, however late it is answered', async () => {
  const { thread, gates, free } = setup({ free: { '/disk': 60 } });
  const [one, other, third] = [thread(0), thread(1), thread(2, { bytes: 60 })];
  await one.ask();
  const [early, late, after] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  gates.push(early.promise, late.promise, after.promise);
  const asking = [other.ask(), third.ask()];
  await quiet();
  one.write(50);
  await one.end();
  early.resolve();
  expect(await asking[0]).toBe(false);
  after.resolve();
  await quiet();
  expect(other.hasBegun()).toBe(false);
  late.resolve();
  expect(await asking[1]).toBe(false);
  expect(free['/disk']).toBe(10);
  expect([other.hasBegun(), third.hasBegun()]).toEqual([false, false]);
});

test('a disk on which somebody makes room is found at the next look, without anybody asking', async () => {
  const { thread, free, keeper, clock, desk } = setup({ free: { '/disk': 20 } });
  keeper.start();
  const one = thread(0);
  expect(await one.ask()).toBe(false);
  expect(desk.waitingFor(0)?.nextAt).toBe('2026-11-22T10:00:30.000Z');
  await clock.advance(29_000);
  free['/disk'] = 51;
  await quiet();
  expect(one.hasBegun()).toBe(false);
  await clock.advance(1000);
  expect(one.hasBegun()).toBe(true);
  keeper.stop();
  expect(clock.pending).toBe(0);
});

test('a thread that has ended early gives back what it had not written', async () => {
  const { thread } = setup({ free: { '/disk': 60 } });
  const [one, other] = [thread(0), thread(1)];
  await one.ask();
  await other.ask();
  await one.end();
  expect(other.hasBegun()).toBe(true);
});

test('a thread that dies gives back what it held', async () => {
  const { thread, keeper, desk } = setup({ free: { '/disk': 60 } });
  const [one, other] = [thread(0), thread(1)];
  await one.ask();
  await other.ask();
  keeper.drop(0);
  desk.drop(0);
  await quiet();
  expect(other.hasBegun()).toBe(true);
});

test('a thread without room stands in the way of nobody: one that needs less goes before it', async () => {
  const { thread } = setup({ free: { '/disk': 40 } });
  const [large, small] = [thread(0), thread(1, { bytes: 30 })];
  expect([await large.ask(), await small.ask()]).toEqual([false, true]);
});

test('threads on other disks do not take each other anything', async () => {
  const { thread } = setup({ free: { '/disk': 60, '/other': 60 } });
  const [one, other] = [thread(0), thread(1, { location: '/other', dir: '/other/1' })];
  expect([await one.ask(), await other.ask()]).toEqual([true, true]);
});

test('a stage that is done again needs no room for what it removes first', async () => {
  const { thread, written } = setup({ free: { '/disk': 20 } });
  written.set('/disk/0', 45);
  const [again, fresh] = [thread(0, { leftoverBytes: 40 }), thread(1)];
  expect(await again.ask()).toBe(true);
  expect(await fresh.ask()).toBe(false);
});

test('what a stage removes first is room for it and nobody else, also where it is more than it writes', async () => {
  const { thread, written } = setup({ free: { '/disk': 0 } });
  written.set('/disk/0', 60);
  const [again, fresh] = [thread(0, { leftoverBytes: 60 }), thread(1, { bytes: 5 })];
  expect(await fresh.ask()).toBe(false);
  expect(await again.ask()).toBe(true);
  expect(fresh.hasBegun()).toBe(false);
});

test('a disk that does not answer is a reason of its own', async () => {
  const { thread, failing, desk } = setup();
  failing.add('/disk');
  expect(await thread(0).ask()).toBe(false);
  expect(desk.waitingFor(0)).toMatchObject({
    limit: 'space',
    holders: [],
    reason: 'the room on /disk cannot be read (it has not answered within 2 s), and pc1 needs 51 B',
  });
});

test('needs of the configuration stand before those of the plan; 0 asks for nothing', async () => {
  const { thread, config } = setup({ space: { needs: { pc1: 11.5, c2: 0 } } });
  expect(await thread(0).ask('pc1')).toBe(false);
  expect(await thread(1).ask('c2')).toBe(true);
  config.space = { ...noConfig, reserveBytes: 51 };
  expect(await thread(2).ask('pc2')).toBe(false);
  config.space = { ...config.space, isEnabled: false };
  expect(await thread(3).ask('pc2')).toBe(true);
});

test('a limit that is full is told before the disk', async () => {
  const { thread, desk } = setup({ limits: { pc1: 1 } });
  await thread(0).ask();
  await thread(1).ask();
  expect(desk.waitingFor(1)).toMatchObject({ limit: 'pc1', holders: [0] });
});

test('a thread that leaves while its disk is looked at does not stand in line, and holds nothing', async () => {
  const { thread, gates, desk, keeper } = setup();
  const looks = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  gates.push(...looks.map(({ promise }) => promise));
  const [left, dead] = [thread(0), thread(1)];
  const answers = [left.ask(), dead.ask()];
  await quiet();
  left.leaveLine();
  keeper.drop(1);
  desk.drop(1);
  for (const { resolve } of looks) resolve();
  expect(await Promise.all(answers)).toEqual([false, false]);
  await quiet();
  expect([left.hasBegun(), dead.hasBegun(), desk.waitingFor(0), desk.waitingFor(1)]).toEqual([
    false,
    false,
    null,
    null,
  ]);
  expect(desk.isHolding(0, 1) || desk.isHolding(1, 101)).toBe(false);
});

const toStore = { at: 'store', bytes: 30 } as const;

test('to persist, any attached store with room will do; two do not share the room of one', async () => {
  const { thread, free, desk } = setup({ free: { '/a': 40, '/b': 5, '/ro': 900 } });
  const [one, other] = [thread(0, toStore), thread(1, toStore)];
  expect([await one.ask('transfer'), await other.ask('transfer')]).toEqual([true, false]);
  expect(desk.waitingFor(1)).toMatchObject({
    holders: [0],
    reason: expect.stringContaining('needed on /a for transfer'),
  });
  free['/b'] = 40;
  await one.end();
  expect(other.hasBegun()).toBe(true);
});

test('the stage is told of each store that can be written, and what it takes is not for others', async () => {
  const { thread } = setup({ free: { '/a': 40, '/b': 40, '/ro': 900 } });
  const [one, other] = [thread(0, toStore), thread(1, toStore)];
  await one.ask('transfer');
  expect(await one.space.rooms(30)).toEqual({
    isWeighted: false,
    rooms: [
      { name: 'a', roomBytes: 40, why: null },
      { name: 'b', roomBytes: 40, why: null },
    ],
  });
  expect(await one.space.take('b', 30)).toBe(true);
  await other.ask('transfer');
  expect(await other.space.rooms(30)).toMatchObject({
    rooms: [
      { name: 'a', why: null },
      { name: 'b', why: expect.stringMatching(/needed on \/b/) },
    ],
  });
  expect(await other.space.take('b', 30)).toBe(false);
  expect(await other.space.take('ro', 30)).toBe(false);
  expect(await other.space.take('a', 30)).toBe(true);
});

test('a store that has a part of the sector already needs room for the rest alone', async () => {
  const { thread, written } = setup({ free: { '/a': 15 } });
  written.set('/a/cache/s-0', 20);
  expect(await thread(0, toStore).ask('transfer')).toBe(true);
});

test('where no attached store can be written the stage itself says so', async () => {
  const { thread, config } = setup();
  config.attached = [{ name: 'ro', location: '/ro', readonly: true }];
  expect(await thread(0, toStore).ask('transfer')).toBe(true);
});

test('the stores are shown with what is granted there', async () => {
  const { thread, keeper, failing } = setup({ free: { '/disk': 60, '/a': 40, '/ro': 900 } });
  failing.add('/b');
  keeper.start();
  await thread(0, toStore).ask('transfer');
  await quiet();
  expect(keeper.stores()).toEqual([
    expect.objectContaining({ kind: 'location', name: '#0', location: '/disk', freeBytes: 60 }),
    {
      ...{ kind: 'attached', name: 'a', location: '/a', isReadonly: false, freeBytes: 40 },
      ...{ totalBytes: 1000, grantedBytes: 30, holders: [0], why: null },
    },
    expect.objectContaining({ name: 'b', freeBytes: null, why: 'it has not answered within 2 s' }),
    expect.objectContaining({ name: 'ro', isReadonly: true, freeBytes: 900, grantedBytes: 0 }),
  ]);
  keeper.stop();
});
