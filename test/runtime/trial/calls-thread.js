/** Writes rows without an end, with or without failing calls between them, and notes each row that was committed. */
import { workerData } from 'node:worker_threads';
import { opened, table } from './drivers.js';

const { driver, path, held, acknowledged, errors } = workerData;
const last = new BigInt64Array(acknowledged);
const db = await opened(driver, path);
db.exec(table);
const insert = db.prepare('insert into rows (text) values (?)');
const read = db.prepare('select * from rows order by id desc limit 20');
const wrong = errors ? failing() : [];

for (let at = 0; ; at += 1) {
  if (errors === false || at % 50 === 0) {
    const { lastInsertRowid } = insert.run(`row ${process.hrtime.bigint()} ${at}`);
    // Committed and fsynced: from here on it is promised.
    Atomics.store(last, 0, BigInt(lastInsertRowid));
    read.all();
  }
  for (const call of wrong) failed(call);
}

function failing() {
  db.exec(
    "create table if not exists taken (word text unique not null); insert or ignore into taken values ('a')",
  );
  const twice = db.prepare("insert into taken values ('a')");
  const nothing = db.prepare('insert into taken values (null)');
  const [full, busy] = [memory(), lockedOut()];
  full.exec('create table much (bytes blob); pragma max_page_count = 4');
  const tooMuch = full.prepare('insert into much values (zeroblob(100000))');
  return [
    () => twice.run(),
    () => nothing.run(),
    () => tooMuch.run(),
    () => busy.exec('begin immediate'),
    () => db.exec('no sql at all'),
    () => db.prepare('select * from not_there'),
  ];
}

function memory() {
  return another(':memory:');
}

function lockedOut() {
  return another(held);
}

function failed(call) {
  try {
    call();
  } catch {
    return;
  }
  throw new Error(`did not fail: ${call}`);
}

/** A database of the same driver. */
function another(at) {
  const Driver = /** @type {any} */ (db.constructor);
  return new Driver(at, { timeout: 0 });
}
