import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WorkerRoster } from '#src/manager/roster.js';
import { openFleetStore } from '#src/store/fleet-store.js';
import { freshDir, setup, stoppedClock, summary } from '../tools/manager/setup.js';

const w1 = { name: 'w1', dest: '127.0.0.1:17890', version: '0.1.0', summary };

test('a worker that reports is listed with the time of its last report', async () => {
  const { manager, clock } = await setup();
  manager.roster.ping(w1);
  clock.pass(30_000);
  manager.roster.ping({ ...w1, dest: '10.0.0.2:17890', version: null, life: 'cordoned' });
  expect(manager.roster.list()).toEqual([
    {
      ...{ ...w1, dest: '10.0.0.2:17890', version: null, life: 'cordoned' },
      ...{ lastPing: '2026-11-22T10:00:30.000Z', silentMs: 0 },
    },
  ]);
});

test('workers are listed by name, and come back after a restart', async () => {
  const { manager, restart } = await setup();
  for (const name of ['w2', 'w1', 'W3']) manager.roster.ping({ ...w1, name });
  const names = (roster: typeof manager.roster) => roster.list().map((entry) => entry.name);
  expect(names(manager.roster)).toEqual(['W3', 'w1', 'w2']);
  expect(names((await restart()).roster)).toEqual(['W3', 'w1', 'w2']);
});

test('a worker that is removed is removed until it reports again', async () => {
  const { manager } = await setup();
  manager.roster.ping(w1);
  manager.roster.remove('w1');
  expect(manager.roster.list()).toEqual([]);
  manager.roster.ping(w1);
  expect(manager.roster.get('w1')).toMatchObject(w1);
});

test('an unknown name is refused, naming the known ones', async () => {
  const { manager } = await setup();
  expect(() => manager.roster.get('w9')).toThrow(
    expect.objectContaining({ code: 'worker_not_found', message: 'no worker w9: none has reported yet' }),
  );
  for (const name of ['w1', 'w2']) manager.roster.ping({ ...w1, name });
  const refusal = expect.objectContaining({
    code: 'worker_not_found',
    message: 'no worker w9: known are w1, w2',
  });
  expect(() => manager.roster.get('w9')).toThrow(refusal);
  expect(() => manager.roster.remove('w9')).toThrow(refusal);
});

const one = { ...w1, worker: 'id-1', incarnation: '3f9a', dest: '10.0.0.1:17890' };
const two = { ...w1, worker: 'id-2', incarnation: '77ab', dest: '10.0.0.2:17890' };

test('two living workers of one name are two rows, everyone is warned, and the bare name is refused', async () => {
  const { manager, warnings } = await setup();
  const { roster } = manager;
  expect(roster.ping(one)).toEqual([]);
  expect(roster.ping(two)).toEqual(['w1@3f9a']);
  expect(roster.ping(one)).toEqual(['w1@77ab']);
  expect(roster.list()).toMatchObject([
    { name: 'w1', label: 'w1@3f9a', id: 'id-1', incarnation: '3f9a', dest: '10.0.0.1:17890' },
    { name: 'w1', label: 'w1@77ab', id: 'id-2', dest: '10.0.0.2:17890' },
  ]);
  expect(warnings).toEqual([expect.stringContaining('2 workers report as w1: w1@77ab, w1@3f9a')]);
  expect(() => roster.get('w1')).toThrow(
    expect.objectContaining({
      code: 'ambiguous_worker',
      message: '2 workers report as w1: name one of w1@3f9a, w1@77ab',
    }),
  );
  expect(roster.get('w1@77ab')).toMatchObject({ id: 'id-2' });
  roster.remove('w1@77ab');
  expect(roster.get('w1')).toMatchObject({ id: 'id-1' });
});

test('a name belongs to the one that is alive', async () => {
  const { manager, clock } = await setup();
  manager.roster.ping(one);
  clock.pass(11 * 60_000);
  expect(manager.roster.ping(two)).toEqual([]);
  expect(manager.roster.get('w1')).toMatchObject({ id: 'id-2' });
  expect(manager.roster.list().map(({ label }) => label)).toEqual([undefined, undefined]);
  manager.roster.ping({ ...two, life: 'stopped' });
  expect(manager.roster.ping(one)).toEqual([]);
});

test('a worker that was started again is one row, also from another address', async () => {
  const { manager } = await setup();
  manager.roster.ping(one);
  expect(manager.roster.ping({ ...one, incarnation: 'beef', dest: '10.0.0.9:1' })).toEqual([]);
  expect(manager.roster.list()).toMatchObject([{ incarnation: 'beef', dest: '10.0.0.9:1' }]);
});

test('a worker that takes the place of another at its address is one row', async () => {
  const { manager } = await setup();
  manager.roster.ping({ ...w1, dest: one.dest });
  manager.roster.ping(one);
  expect(manager.roster.list()).toMatchObject([{ id: 'id-1' }]);
});

const everywhere = { dest: '0.0.0.0:17890', source: '10.0.0.1' };
test.each([
  ['at another port', { dest: '10.0.0.1:40001' }, {}],
  ['that is dialled where its report came from', everywhere, {}],
  ['behind one that is dialled where its report came from', { dest: '10.0.0.1:40001' }, everywhere],
])(
  'a worker with another id on the same host %s takes the place of one that has ended',
  async (_, next, before) => {
    const { manager } = await setup();
    manager.roster.ping({ ...one, ...before });
    const came = { ...one, ...next, worker: 'id-3', incarnation: 'beef' };
    expect(manager.roster.ping(came)).toEqual([]);
    expect(manager.roster.get('w1')).toMatchObject({ id: 'id-3' });
    expect(manager.roster.list()).toMatchObject([{ id: 'id-3' }]);
  },
);

test('nor does one that said goodbye, or fell silent, make the name of a living one ambiguous', async () => {
  const { manager, clock } = await setup();
  manager.roster.ping(one);
  manager.roster.ping({ ...one, life: 'stopped' });
  manager.roster.ping({ ...two, worker: 'id-4', dest: '10.0.0.4:1' });
  clock.pass(11 * 60_000);
  expect(manager.roster.ping(two)).toEqual([]);
  expect(manager.roster.get('w1')).toMatchObject({ id: 'id-2' });
});

test('two workers that share an id, an address or a host, and are both alive, are two rows', async () => {
  const { manager } = await setup();
  const neighbour = { ...two, name: 'w2', dest: '10.0.0.1:40001' };
  for (const ping of [{ ...one, name: 'w2' }, neighbour, { ...one, name: 'w2' }]) manager.roster.ping(ping);
  expect(() => manager.roster.get('w2')).toThrow(expect.objectContaining({ code: 'ambiguous_worker' }));
  manager.roster.remove('w2');
  const copy = { ...one, incarnation: 'c0c0' };
  for (const ping of [one, copy, one, copy]) manager.roster.ping(ping);
  expect(manager.roster.list()).toHaveLength(2);
  expect(() => manager.roster.get('w1')).toThrow(expect.objectContaining({ code: 'ambiguous_worker' }));
});

test('upstream workers have no id: one row a name, as it reported last', async () => {
  const { manager } = await setup();
  manager.roster.ping(w1);
  manager.roster.ping({ ...w1, dest: '10.0.0.7:17890' });
  expect(manager.roster.list()).toHaveLength(1);
});

/** A roster of its own, with room for twenty. */
function small() {
  const store = openFleetStore(join(freshDir(), 'manager.db'));
  onTestFinished(() => store.close());
  return new WorkerRoster(store, stoppedClock(), { emit: () => undefined, most: 20 });
}

test('invented names take no more room than there is, and known workers stay', () => {
  const workers = small();
  for (const ping of [one, one]) workers.ping(ping);
  for (let n = 0; n < 120; n += 1) workers.ping({ ...w1, name: `invented-${n}`, dest: '10.0.0.9:1' });
  expect(workers.list()).toHaveLength(20);
  expect(workers.get('w1')).toMatchObject({ id: 'id-1' });
  expect(() => workers.get('nobody')).toThrow(/: known are (invented-\d+, ){7}invented-\d+ and 12 more$/);
});

test('where all are known and alive one more is refused', () => {
  const workers = small();
  for (let n = 0; n < 20; n += 1) for (const ping of [w1, w1]) workers.ping({ ...ping, name: `known-${n}` });
  expect(() => workers.ping({ ...w1, name: 'one-more' })).toThrow(
    expect.objectContaining({ code: 'too_many', message: expect.stringContaining('util worker remove') }),
  );
});

test.each(['.', '..'])('a worker may be called %j: with @ behind it a URL can hold it', async (name) => {
  const { manager } = await setup();
  manager.roster.ping({ ...w1, name });
  expect(manager.roster.get(`${name}@`)).toMatchObject({ name });
  manager.roster.remove(`${name}@`);
  expect(manager.roster.list()).toEqual([]);
});

test('how long a worker is silent is counted by a clock that nobody sets', async () => {
  const store = openFleetStore(join(freshDir(), 'manager.db'));
  onTestFinished(() => store.close());
  const wall = stoppedClock();
  const steady = stoppedClock(0);
  const list = new WorkerRoster(store, wall, { emit: () => undefined, steady: steady.now });
  list.ping(w1);
  for (const step of [-3_600_000, 8 * 3_600_000]) {
    wall.pass(step);
    steady.pass(5000);
    expect(list.get('w1').silentMs).toBe(step < 0 ? 5000 : 10_000);
  }
  // After a restart there is only the wall clock: never less than nothing.
  wall.pass(-24 * 3_600_000);
  expect(new WorkerRoster(store, wall, { emit: () => undefined }).get('w1').silentMs).toBe(0);
});
