import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWorkerStore, type WorkerStore } from '#src/store/worker-store.js';
import { freshDir, openStore, thrownBy } from '../tools/store/setup.js';

function setup(home = freshDir()): WorkerStore & { readonly home: string; readonly file: string } {
  const store = openWorkerStore(home);
  onTestFinished(() => store.close());
  return { ...store, home, file: join(home, 'sealvisor-worker.db') };
}

const cordoned = { life: 'cordoned', by: 'alice', limits: { pc1: 4 }, at: null };

describe('a worker’s own state', () => {
  test('is nothing at first, and then what was written last, also for the next owner', () => {
    const store = setup();
    expect(store.read()).toBeUndefined();
    store.write({ life: 'serving' });
    store.write(cordoned);
    expect(store.read()).toEqual(cordoned);
    store.close();
    expect(setup(store.home).read()).toEqual(cordoned);
  });

  test('has an id of its own: the same for the next owner, another in another home', () => {
    const store = setup();
    expect(store.id).toMatch(/^[0-9a-f-]{36}$/);
    store.write(cordoned);
    store.close();
    expect(setup(store.home)).toMatchObject({ id: store.id });
    expect(setup().id).not.toBe(store.id);
  });

  test('of a store of 0.1.0 gets its id when it is opened, and keeps what was written', () => {
    const { home, file, ...first } = setup();
    first.write(cordoned);
    first.close();
    const db = new Database(file);
    db.exec('drop table identity');
    db.close();
    const next = setup(home);
    const { id } = next;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(next.read()).toEqual(cordoned);
    next.close();
    expect(setup(home).id).toBe(id);
  });

  test('lies beside the store of a thread in the same directory', () => {
    const thread = openStore();
    const store = setup(thread.location);
    store.write(cordoned);
    expect(thread.revision()).toBe(0);
    expect(store.read()).toEqual(cordoned);
  });

  test('is one worker’s: a second is told location_in_use', () => {
    const { home } = setup();
    expect(thrownBy(() => openWorkerStore(home))).toMatchObject({ code: 'location_in_use' });
  });

  test('that JSON cannot hold is refused and leaves the one before', () => {
    const store = setup();
    store.write(cordoned);
    for (const value of [undefined, 1n, () => 1])
      expect(thrownBy(() => store.write(value))).toMatchObject({ code: 'store_failed' });
    expect(store.read()).toEqual(cordoned);
  });
});

describe('a worker’s state that cannot be read is store_failed by the name of its file, and left as it is:', () => {
  const edited = (sql: string) => (file: string) => {
    const db = new Database(file);
    db.exec(sql);
    db.close();
  };
  const damages: [string, (file: string) => void][] = [
    ['no database', (file) => writeFileSync(file, 'no database '.repeat(1000))],
    ['no bytes', (file) => writeFileSync(file, '')],
    ['cut off', (file) => writeFileSync(file, readFileSync(file).subarray(0, 5000))],
    ['its body changed', edited("update record set body = replace(body, 'alice', 'Alice')")],
    ['of a newer version', edited('update record set version = 2')],
    ['a file of a newer version', edited('pragma user_version = 2')],
    ['another file’s tables', edited('drop table record; create table record (id integer)')],
  ];

  test.each(damages)('%s', (_, damage) => {
    const { home, file, ...first } = setup();
    first.write(cordoned);
    first.close();
    damage(file);
    const bytes = readFileSync(file);
    const error = thrownBy(() => setup(home).read());
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(error.message).toContain(file);
    expect(error.message).toMatch(/move|permissions/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});
