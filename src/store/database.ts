/** The only door to the database. */
import { mkdirSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';

export type Db = Database.Database;

/**
 * Opens a database for this owner alone, its tables made; what a transaction wrote is on disk when
 * it returns. `look` runs before anything is written, `setUp` inside the first transaction.
 * @throws location_not_writable, location_in_use, store_failed, and what `setUp` throws as SealvisorError
 */
export function openDatabase(path: string, look: (db: Db) => void, setUp: (db: Db) => void): Db {
  return opened(
    path,
    () => new Database(path, { timeout: 1000 }),
    (db) => {
      db.pragma('locking_mode = EXCLUSIVE');
      look(db);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      // The lock is taken by the first write; taken here, a second owner is told at once.
      db.exec('begin immediate');
      setUp(db);
      db.exec('commit');
    },
  );
}

/** Opens a database that is there to be read, with nobody else in it. @throws location_in_use, store_failed */
export function openToRead(path: string): Db {
  return opened(
    path,
    () => new Database(path, { fileMustExist: true, timeout: 0 }),
    (db) => {
      // A lock of its own, in place of the shared index that a reader would leave beside the file.
      db.pragma('locking_mode = EXCLUSIVE');
      db.pragma('query_only = true');
      db.prepare('select count(*) from sqlite_schema').get();
    },
  );
}

/** A database in memory: made of `bytes`, or empty. */
export function openInMemory(bytes?: Buffer): Db {
  return new Database(bytes ?? ':memory:');
}

function opened(path: string, open: () => Db, setUp: (db: Db) => void): Db {
  let db: Db | undefined;
  try {
    db = open();
    setUp(db);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof SealvisorError) throw cause;
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

/** Makes a directory; the one above it has to be there. @throws location_not_writable */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (cause) {
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isThere) throw notWritable(path, cause);
  }
}

export function notWritable(path: string, cause: unknown): SealvisorError {
  return new SealvisorError(
    'location_not_writable',
    `cannot write to ${path}: ${messageOf(cause)}; make it writable for this user or choose another place`,
    { cause },
  );
}
