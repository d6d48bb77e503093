/** The two databases of the trial, behind the few calls that it needs. */
const pragmas = ['locking_mode = EXCLUSIVE', 'journal_mode = WAL', 'synchronous = FULL'];

export async function opened(driver, path) {
  const db =
    driver === 'node:sqlite'
      ? new (await import('node:sqlite')).DatabaseSync(path, { timeout: 0 })
      : new (await import('better-sqlite3')).default(path, { timeout: 0 });
  for (const pragma of pragmas) db.exec(`pragma ${pragma}`);
  return db;
}

export const table = 'create table if not exists rows (id integer primary key, text text not null unique)';

/** The rows that are there: as many as the largest id when none is lost. */
export function countedRows(db) {
  return db.prepare('select count(*) as n, coalesce(max(id), 0) as last from rows').get();
}
