import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { readHistoryJson } from '#src/store/read-history.js';
import {
  freshDir,
  openStore,
  recordOf,
  rowOf,
  sector,
  since,
  tamper,
  thrownBy,
} from '../tools/store/setup.js';

/** The tables as version 0.1.0 made them, without a version of their own. */
const oldTables = `
  create table if not exists record (id integer primary key check (id = 1), version integer not null, body text not null);
  create table if not exists history (
    seq integer primary key autoincrement, at text not null, kind text not null, sector text, "from" text, "to" text,
    event text, stage text, durationMs integer, level text, message text, "by" text, reason text, command text
  );
`;

const record = recordOf({ state: 'C1Done', sector, isPaused: true });

function oldStore(): string {
  const location = freshDir();
  mkdirSync(location, { recursive: true });
  tamper(location, (db) => {
    db.pragma('journal_mode = WAL');
    db.exec(oldTables);
    db.prepare('insert into record values (1, 1, ?)').run(JSON.stringify(record));
    const add = db.prepare(
      "insert into history (at, kind, sector, event, stage, durationMs) values (?, 'transition', ?, ?, 'PC1', 17)",
    );
    for (const event of ['a', 'b']) add.run(since, sector.id, event);
  });
  return location;
}

test('a store of the first version keeps its record and rows, and goes on as one of the present', () => {
  const location = oldStore();
  const old = JSON.parse(readHistoryJson(location, {}));
  const store = openStore(location);
  expect(store.read(sealer, 0)).toEqual(record);
  expect(store.history({})).toEqual(old);
  expect(store.history({})[1]).toEqual({
    seq: 2,
    ...rowOf({ sector: sector.id, event: 'b', stage: 'PC1', durationMs: 17 }),
  });
  expect(store.durations(sector.size)).toEqual([]);
  const command = { id: 'a', changed: true, message: 'resumed' };
  expect(store.commit(record, rowOf({ stage: 'PC1', durationMs: 18 }), command)).toBe(3);
  expect(store.durations(sector.size)).toEqual([{ stage: 'PC1', ms: [18] }]);
  store.close();
  expect(tamper(location, (db) => db.pragma('user_version', { simple: true }))).toBe(1);
  const next = openStore(location);
  expect(next.read(sealer, 0)).toEqual(record);
  expect(next.revision()).toBe(3);
});

test('a store of a newer version is refused by its number and left as it is', () => {
  const { location, ...first } = openStore();
  first.commit(record, rowOf());
  first.close();
  tamper(location, (db) => db.pragma('user_version = 7'));
  const error = thrownBy(() => openStore(location));
  expect(error).toMatchObject({ code: 'store_failed' });
  expect(error.message).toMatch(/version 7, .*version 1/);
  expect(tamper(location, (db) => db.prepare('select count(*) as n from record').get())).toEqual({ n: 1 });
});

test('an older database of other tables is no store of a thread', () => {
  const location = freshDir();
  tamper(location, (db) => db.exec('create table record (text blob); insert into record values (1)'));
  expect(thrownBy(() => openStore(location))).toMatchObject({ code: 'store_failed' });
});
