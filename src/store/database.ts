/** The only door to the database. */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';

export type Db = Database.Database;

/** Named outright: the package's own search for it costs a thread 10 ms of its start. */
const nativeBinding = createRequire(import.meta.url).resolve(
  'better-sqlite3/build/Release/better_sqlite3.node',
);

/**
 * Opens a database for this owner alone, its directory and its tables made; what a transaction wrote is on disk when
 * it returns. @throws location_not_writable, location_in_use, store_failed
 */
export function openDatabase(path: string, schema: string): Db {
  makeDirectory(dirname(path));
  let db: Db | undefined;
  try {
    db = new Database(path, { timeout: 1000, nativeBinding });
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // The lock is taken by the first write; taken here, a second owner is told at once.
    db.exec(`begin immediate; ${schema} commit`);
    return db;
  } catch (cause) {
    db?.close();
    if (systemCodeOf(cause)?.startsWith('SQLITE_BUSY'))
      throw new SealvisorError(
        'location_in_use',
        `${path} is in use by another process: stop it, or choose another location`,
        { cause },
      );
    throw new SealvisorError(
      'store_failed',
      `cannot open ${path}: ${messageOf(cause)}; check the disk and its permissions`,
      { cause },
    );
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new SealvisorError(
      'location_not_writable',
      `cannot write to ${path}: ${messageOf(cause)}; make it writable for this user or choose another place`,
      { cause },
    );
  }
}
