import Database from 'better-sqlite3';

/** The floor of a durable transition: record and row, in one transaction, on disk when it returns. */
export function bareStore(path) {
  const db = new Database(path);
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('create table record (id integer primary key, body text); create table history (body text)');
  const put = db.prepare(
    'insert into record values (1, ?) on conflict (id) do update set body = excluded.body',
  );
  const add = db.prepare('insert into history values (?)');
  return db.transaction((record, row) => {
    put.run(record);
    add.run(row);
  });
}
