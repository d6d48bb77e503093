import { closeSync, fstatSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FleetStore, openFleetStore } from '#src/store/fleet-store.js';
import { freshDir, thrownBy } from '../tools/store/setup.js';

function setup(path = join(freshDir(), 'home', 'manager.db')): FleetStore & { readonly path: string } {
  const store = openFleetStore(path);
  onTestFinished(() => store.close());
  return { ...store, path };
}

const worker = {
  ...{ name: 'w1', worker: 'id1', incarnation: 'a', dest: '127.0.0.1:17890', source: null },
  ...{ version: null, summary: '{}', lastPingMs: 1, pings: 1 },
};
const piece = (cid: string, paddedSize: number) => ({
  cid,
  path: `/pieces/${cid}`,
  payloadSize: paddedSize - 10,
  paddedSize,
  mtimeMs: 1.5,
});

/** The store as its next owner finds it. */
function reopened(store: FleetStore & { readonly path: string }): FleetStore {
  store.close();
  return setup(store.path);
}

describe('the fleet store keeps over a restart', () => {
  test('the chain’s first moment: the first that was asked with', () => {
    const store = setup();
    expect(store.genesisMs(100)).toBe(100);
    expect(store.genesisMs(200)).toBe(100);
    expect(reopened(store).genesisMs(300)).toBe(100);
  });

  test('workers by name, the latest report of each', () => {
    const store = setup();
    store.putWorker({ ...worker, name: 'w2' });
    store.putWorker(worker);
    store.putWorker({ ...worker, version: '0.1.0', lastPingMs: 2 });
    const rows = reopened(store).workers();
    expect(rows).toEqual([
      { ...worker, version: '0.1.0', lastPingMs: 2 },
      { ...worker, name: 'w2' },
    ]);
  });

  test('its identity, which no other store has', () => {
    const store = setup();
    expect(store.identity).toMatch(/^[0-9a-f-]{36}$/);
    expect(setup(store.path.replace('home', 'other')).identity).not.toBe(store.identity);
    store.close();
    expect(setup(store.path).identity).toBe(store.identity);
  });

  test('numbers that are used elsewhere: the next one is behind the highest of all', () => {
    const store = setup();
    expect(store.learnNumber(10000, 5)).toBe(true);
    expect(store.learnNumber(10000, 4)).toBe(false);
    expect(store.nextSector(10000, 'a').number).toBe(6);
    expect(store.learnNumber(10000, 6)).toBe(false);
    expect(store.learnNumber(20000, 9)).toBe(true);
    const next = reopened(store);
    expect(next.nextSector(10000, 'b').number).toBe(7);
    expect(next.nextSector(20000, 'c').number).toBe(10);
  });

  test('sectors: numbers from 1, by miner, never given twice', () => {
    const store = setup();
    expect(store.nextSector(10000, 'a')).toEqual({ miner: 10000, number: 1, body: 'a' });
    expect(store.nextSector(20000, 'b').number).toBe(1);
    store.putSector({ miner: 10000, number: 1, body: 'changed' });
    const next = reopened(store);
    expect(next.nextSector(10000, 'c').number).toBe(2);
    expect(next.sector(10000, 1)?.body).toBe('changed');
    expect(next.sector(10000, 3)).toBeUndefined();
    expect(next.sectors().map(({ miner, number }) => [miner, number])).toEqual([
      [10000, 1],
      [10000, 2],
      [20000, 1],
    ]);
  });

  test('pieces: largest first, each once by its CID, with a deal of its own', () => {
    const store = setup();
    store.addPiece(piece('small', 128));
    store.addPiece(piece('large', 2048));
    store.addPiece({ ...piece('small', 128), path: '/moved/small' });
    expect(reopened(store).pieces()).toEqual([
      { ...piece('large', 2048), dealId: expect.any(Number) },
      { ...piece('small', 128), path: '/moved/small', dealId: 1 },
    ]);
  });
});

test('a piece found again keeps its deal; one whose bytes are gone is taken out', () => {
  const store = setup();
  store.addPiece(piece('a', 128));
  store.addPiece(piece('a', 128));
  expect(store.pieces()).toMatchObject([{ dealId: 1 }]);
  store.removePiece('a');
  expect(store.pieces()).toEqual([]);
});

test('two workers of one name are two rows, each removed by itself', () => {
  const store = setup();
  const other = { ...worker, worker: 'id2', dest: '10.0.0.2:17890' };
  for (const row of [worker, other, { ...worker, name: 'w2' }]) store.putWorker(row);
  expect(store.workersOf('w1')).toEqual([worker, other]);
  expect(store.countWorkers()).toBe(3);
  store.removeWorker(worker);
  expect(store.workersOf('w1')).toEqual([other]);
});

test('what goes first is who was heard of once, the longest ago; then who is silent', () => {
  const store = setup();
  const rows = [
    { ...worker, name: 'known', pings: 2, lastPingMs: 1 },
    { ...worker, name: 'once', lastPingMs: 5 },
    { ...worker, name: 'once-before', lastPingMs: 4 },
  ];
  for (const row of rows) store.putWorker(row);
  const order: (string | undefined)[] = [];
  for (let at = 0; at < 3; at += 1) {
    const least = store.leastKnownWorker(1);
    order.push(least?.name);
    if (least) store.removeWorker(least);
  }
  expect(order).toEqual(['once-before', 'once', undefined]);
  expect(store.leastKnownWorker(2)?.name).toBe('known');
});

test('the workers of a store of 0.1.0 are taken over', () => {
  const store = setup();
  store.close();
  const db = new Database(store.path);
  db.exec(
    'create table worker (name text primary key, dest text, version text, summary text, lastPingMs integer)',
  );
  db.exec("insert into worker values ('w1', '127.0.0.1:17890', null, '{}', 1)");
  db.close();
  const again = openFleetStore(store.path);
  onTestFinished(() => again.close());
  expect(again.workers()).toEqual([{ ...worker, worker: '', incarnation: '', pings: 2 }]);
});

test('one home has one manager: a second is told location_in_use', () => {
  const first = setup();
  expect(thrownBy(() => openFleetStore(first.path))).toMatchObject({ code: 'location_in_use' });
  expect(first.genesisMs(1)).toBe(1);
});

test('a home that cannot be made is told as location_not_writable, with its name', () => {
  const home = join(freshDir(), 'taken');
  writeFileSync(home, '');
  const error = thrownBy(() => openFleetStore(join(home, 'manager.db')));
  expect(error).toMatchObject({ code: 'location_not_writable' });
  expect(error.message).toContain(home);
});

test('a damaged file is told to who opened the store, and thrown to who asked', () => {
  const path = join(freshDir(), 'manager.db');
  const sound = openFleetStore(path);
  // More than is kept in memory.
  sound.together(() => {
    for (let count = 0; count < 1000; count += 1) sound.nextSector(10000, 'x'.repeat(20_000));
  });
  sound.close();
  const told: unknown[] = [];
  const store = openFleetStore(path, (error) => told.push(error));
  onTestFinished(() => store.close());
  const file = openSync(path, 'r+');
  const from = 5 * 4096;
  writeSync(file, Buffer.alloc(fstatSync(file).size - from, 0xa5), 0, undefined, from);
  closeSync(file);
  const thrown = thrownBy(() => store.sectors());
  expect(thrown).toMatchObject({ code: expect.stringMatching(/^SQLITE_CORRUPT/) });
  expect(told).toEqual([thrown]);
  expect(thrownBy(() => store.putWorker({ ...worker, summary: {} as never }))).not.toMatchObject({
    code: expect.stringMatching(/^SQLITE_CORRUPT/),
  });
  expect(told).toHaveLength(1);
});
