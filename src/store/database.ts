/** The only door to the database. */
import { createRequire } from 'node:module';
import Database from 'better-sqlite3';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';

export type Db = Database.Database;

/** Named outright: the package's own search for it costs a thread 10 ms of its start. */
const nativeBinding = createRequire(import.meta.url).resolve(
  'better-sqlite3/build/Release/better_sqlite3.node',
);

/** Opens a database that is on disk when a transaction returns. @throws location_in_use, store_failed */
export function openDatabase(path: string, options: { readonly exclusive: boolean }): Db {
  try {
    const db = new Database(path, { timeout: 1000, nativeBinding });
    if (options.exclusive) db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // The lock is taken by the first write; taken here, a second owner is told at once.
    if (options.exclusive) db.exec('begin immediate; commit');
    return db;
  } catch (cause) {
    if (systemCodeOf(cause)?.startsWith('SQLITE_BUSY'))
      throw new SealvisorError(
        'location_in_use',
        `${path} is in use by another process: stop it, or choose another location`,
        {
          cause,
        },
      );
    throw new SealvisorError(
      'store_failed',
      `cannot open ${path}: ${messageOf(cause)}; check the disk and its permissions`,
      {
        cause,
      },
    );
  }
}
