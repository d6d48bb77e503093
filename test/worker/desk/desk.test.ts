import { describe, expect, test } from 'vitest';
import { done, left, makeDesk, noPolicy } from '../../tools/worker/desk-setup.js';

const limited = (limit: number) => ({ limits: { pc1: limit }, configured: { pc1: 1 } });

describe('a limit', () => {
  test('lets so many in, and the next in order as they leave', async () => {
    const { desk, ask, holders, quiet } = makeDesk(limited(2));
    const [zero, one, two, three] = [3, 1, 0, 2].map((index) => ask(index));
    expect([zero, one, two, three].map((place) => place?.became)).toEqual([
      'granted',
      'granted',
      'waits',
      'waits',
    ]);
    desk.leave(1, one?.id ?? 0, done);
    await quiet();
    expect([two?.became, three?.became]).toEqual(['granted', 'waits']);
    expect(holders()).toEqual([3, 0]);
  });

  test('is shown with what the file says, who holds it and who waits', () => {
    const { desk, ask } = makeDesk({ ...limited(2), staggeredMs: { pc2: 500 } });
    for (const index of [0, 1, 2, 3]) ask(index);
    ask(4, 'pc2');
    expect(desk.limits()).toEqual([
      { name: 'pc1', limit: 2, configured: 1, staggeredMs: null, holders: [0, 1], queue: [2, 3] },
      { name: 'pc2', limit: null, configured: null, staggeredMs: 500, holders: [4], queue: [] },
    ]);
    expect(desk.waitingFor(3)).toEqual({ limit: 'pc1', place: 2, holders: [0, 1] });
    expect([desk.waitingFor(0), desk.waitingFor(9)]).toEqual([null, null]);
  });

  test('that is raised admits at once', async () => {
    const { desk, ask, quiet } = makeDesk(limited(1));
    const places = [0, 1, 2, 3].map((index) => ask(index));
    desk.setPolicy({ ...noPolicy, limits: { pc1: 3 } });
    await quiet();
    expect(places.map(({ became }) => became)).toEqual(['granted', 'granted', 'granted', 'waits']);
  });

  test('that is lowered takes hold as its holders leave', async () => {
    const { desk, ask, holders, quiet } = makeDesk(limited(3));
    const places = [0, 1, 2, 3].map((index) => ask(index));
    desk.setPolicy({ ...noPolicy, limits: { pc1: 1 } });
    for (const index of [0, 1]) {
      desk.leave(index, places[index]?.id ?? 0, done);
      await quiet();
      expect(places[3]?.became).toBe('waits');
    }
    desk.leave(2, places[2]?.id ?? 0, done);
    expect(holders()).toEqual([3]);
  });

  test('counts those who began when there was none', () => {
    const { desk, ask, holders } = makeDesk();
    expect([0, 1].map((index) => ask(index).became)).toEqual(['granted', 'granted']);
    desk.setPolicy({ ...noPolicy, limits: { pc1: 2 } });
    expect([holders(), ask(2).became]).toEqual([[0, 1], 'waits']);
  });

  test('of one name is none of another', () => {
    const { ask } = makeDesk(limited(1));
    expect([ask(0), ask(1), ask(2, 'pc2'), ask(3, 'constructor')].map(({ became }) => became)).toEqual([
      'granted',
      'waits',
      'granted',
      'granted',
    ]);
  });
});

describe('a place', () => {
  test('of a thread that was paused is where it was when it comes back', async () => {
    const { desk, ask, quiet } = makeDesk(limited(1));
    const [holder, first] = [ask(0), ask(1), ask(2)];
    desk.leave(1, first?.id ?? 0, left);
    await quiet();
    expect([first?.became, desk.waitingFor(1), desk.waitingFor(2)?.place]).toEqual(['refused', null, 1]);
    const again = ask(1);
    expect(desk.waitingFor(1)?.place).toBe(1);
    desk.leave(0, holder?.id ?? 0, done);
    await quiet();
    expect(again.became).toBe('granted');
  });

  test('of a thread that is away holds nobody up', async () => {
    const { desk, ask, quiet } = makeDesk(limited(1));
    const [holder, first, second] = [ask(0), ask(1), ask(2)];
    desk.leave(1, first.id, left);
    desk.leave(0, holder.id, done);
    await quiet();
    expect(second.became).toBe('granted');
  });

  test.each<[string, (made: ReturnType<typeof makeDesk>) => void]>([
    ['it asks for another name', ({ ask }) => void ask(1, 'pc2')],
    ['its thread dies', ({ desk }) => desk.drop(1)],
  ])('is kept no longer when %s', (_, end) => {
    const made = makeDesk(limited(1));
    const [, first] = [made.ask(0), made.ask(1), made.ask(2)];
    made.desk.leave(1, first?.id ?? 0, left);
    end(made);
    made.ask(1);
    expect(made.desk.waitingFor(1)?.place).toBe(2);
  });

  test('that is granted is used up: the next time its thread stands behind the others', () => {
    const { desk, ask } = makeDesk(limited(1));
    const first = ask(0);
    for (const index of [1, 2]) ask(index);
    desk.leave(0, first.id, left);
    ask(0);
    expect(desk.limits()[0]?.queue).toEqual([2, 0]);
  });

  test('whose grant comes before it is asked for is told all the same', async () => {
    const { desk, ask } = makeDesk(limited(1));
    const { id } = ask(0);
    desk.ask(1, 77, 'pc1', false);
    desk.leave(0, id, done);
    await expect(desk.granted(1, 77)).resolves.toEqual({ isProbe: false });
  });

  test('that nobody has is refused', async () => {
    const { desk } = makeDesk();
    await expect(desk.granted(1, 77)).rejects.toMatchObject({ code: 'thread_gone' });
    desk.leave(1, 77, done);
  });

  test('waits for the slot that the same thread still holds, and lets those behind it by', async () => {
    const { desk, ask, quiet, holders } = makeDesk(limited(2));
    const [old, , again, behind] = [ask(0), ask(1, 'pc2'), ask(0), ask(2)];
    expect([again?.became, behind?.became, holders()]).toEqual(['waits', 'granted', [0, 2]]);
    expect(desk.waitingFor(0)).toEqual({ limit: 'pc1', place: 1, holders: [0, 2] });
    desk.leave(0, old?.id ?? 0, left);
    await quiet();
    expect([again?.became, holders()]).toEqual(['granted', [2, 0]]);
  });
});

describe('a thread that dies', () => {
  test('frees its slots and its place', async () => {
    const { desk, ask, quiet, holders } = makeDesk(limited(1));
    const [, next, last] = [ask(0), ask(1), ask(2)];
    desk.drop(1);
    desk.drop(0);
    await quiet();
    expect([next?.became, last?.became, holders()]).toEqual(['refused', 'granted', [2]]);
  });
});

describe('a staggered start', () => {
  test('comes so long after the one before, and the time is told', async () => {
    const { desk, clock, ask, at, quiet } = makeDesk({ staggeredMs: { pc1: 1000 } });
    const places = [0, 1, 2].map((index) => ask(index));
    expect(desk.waitingFor(1)).toEqual({ limit: 'pc1', place: 1, holders: [0], nextAt: at(1000) });
    await clock.advance(999);
    expect(places.map(({ became }) => became)).toEqual(['granted', 'waits', 'waits']);
    await clock.advance(1);
    expect(places.map(({ became }) => became)).toEqual(['granted', 'granted', 'waits']);
    desk.setPolicy({ ...noPolicy, staggeredMs: {} });
    await quiet();
    expect([places[2]?.became, clock.pending]).toEqual(['granted', 0]);
  });

  test('says no time while the limit is what it waits for', () => {
    const { desk, clock, ask } = makeDesk({ ...limited(1), staggeredMs: { pc1: 1000 } });
    for (const index of [0, 1]) ask(index);
    expect(desk.waitingFor(1)).toEqual({ limit: 'pc1', place: 1, holders: [0] });
    expect(clock.pending).toBe(0);
  });
});

describe('a cordon', () => {
  test('lets no thread take a sector, and all else go on', async () => {
    const { desk, ask, quiet } = makeDesk();
    desk.hold('disks are swapped');
    const [sector, stage] = [ask(0, 'sector'), ask(1)];
    expect([sector.became, stage.became]).toEqual(['waits', 'granted']);
    expect(desk.waitingFor(0)).toEqual({
      limit: 'cordon',
      place: 1,
      holders: [],
      reason: 'disks are swapped',
    });
    desk.unhold();
    await quiet();
    expect(sector.became).toBe('granted');
  });
});

test('whoever shows threads is told which wait for something else now', () => {
  const { desk, ask, told } = makeDesk(limited(1));
  const [holder] = [ask(0), ask(1), ask(2)];
  expect(told.splice(0).map((indexes) => indexes.toSorted())).toEqual([[0], [1], [1, 2]]);
  desk.leave(0, holder?.id ?? 0, done);
  expect(told.splice(0).map((indexes) => indexes.toSorted())).toEqual([[0, 1, 2]]);
  desk.drop(7);
  desk.leave(7, 1, done);
  expect(told).toEqual([]);
});
