/** The only module that opens SQLite databases. */
import { mkdirSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';

export type Db = Database.Database;

/**
 * Opens a database exclusively; a transaction is on disk when it returns. `look` runs before anything is written,
 * `setUp` inside the first transaction.
 * @throws location_in_use, store_failed, and any SealvisorError of `look` and `setUp`
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
      // The first write would take the lock; taken here, a second owner fails at once.
      db.exec('begin immediate');
      setUp(db);
      db.exec('commit');
    },
  );
}

/** Opens an existing database exclusively for reading. @throws location_in_use, store_failed */
export function openToRead(path: string): Db {
  return opened(
    path,
    () => new Database(path, { fileMustExist: true, timeout: 0 }),
    (db) => {
      // An exclusive lock, instead of the shared index (-shm) that a reader would leave next to the file.
      db.pragma('locking_mode = EXCLUSIVE');
      db.pragma('query_only = true');
      db.prepare('select count(*) from sqlite_schema').get();
    },
  );
}

/** A database in memory: from `bytes`, or empty. */
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

/** Makes a directory; its parent must exist. @throws location_not_writable */
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
