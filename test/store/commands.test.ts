import { describe, expect, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { openStore, recordOf, rowOf, sector, tamper, thrownBy } from '../tools/store/setup.js';

const paused = recordOf({ state: 'C1Done', sector, isPaused: true });
const done = { changed: true, message: 'thread #0 is paused' };

describe('a command that was answered', () => {
  test('is known by its id with what it did, also to the next owner', () => {
    const store = openStore();
    store.commit(paused, rowOf({ kind: 'command' }), { id: 'a', ...done });
    expect(store.commandDone('a')).toEqual(done);
    expect(store.commandDone('b')).toBeUndefined();
    store.close();
    expect(openStore(store.location).commandDone('a')).toEqual(done);
  });

  test('and changed nothing is kept without a row', () => {
    const store = openStore();
    store.keepCommand({ id: 'a', changed: false, message: 'not paused' });
    expect(store.commandDone('a')).toEqual({ changed: false, message: 'not paused' });
    expect(store.revision()).toBe(0);
    expect(store.read(sealer, 0).state).toBe('Empty');
  });

  test('keeps its first answer', () => {
    const store = openStore();
    store.commit(paused, rowOf(), { id: 'a', ...done });
    store.keepCommand({ id: 'a', changed: false, message: 'paused already' });
    expect(store.commandDone('a')).toEqual(done);
  });

  test('is forgotten after 1,000 others', () => {
    const store = openStore();
    for (let n = 0; n <= 1000; n += 1) store.commit(paused, rowOf(), { id: `${n}`, ...done });
    expect(store.commandDone('0')).toBeUndefined();
    expect(store.commandDone('1')).toEqual(done);
    store.close();
    expect(tamper(store.location, (db) => db.prepare('select count(*) as n from command').get())).toEqual({
      n: 1000,
    });
  });
});

test('a command is one transaction with what it did: where it cannot be kept, nothing is done', () => {
  const { location, ...first } = openStore();
  first.commit(recordOf(), rowOf());
  first.close();
  tamper(location, (db) =>
    db.exec("create trigger full before insert on command begin select raise(abort, 'disk full'); end"),
  );
  const store = openStore(location);
  expect(thrownBy(() => store.commit(paused, rowOf(), { id: 'a', ...done }))).toMatchObject({
    code: 'store_failed',
  });
  expect(thrownBy(() => store.keepCommand({ id: 'b', ...done }))).toMatchObject({ code: 'store_failed' });
  expect(store.read(sealer, 0).isPaused).toBe(false);
  expect(store.revision()).toBe(1);
  expect(store.commandDone('a')).toBeUndefined();
});
