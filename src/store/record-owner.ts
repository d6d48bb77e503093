/**
 * The owner of a thread's record, stored in its database, so that a copy in another location is not taken for that
 * location's own.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SealvisorError, systemCodeOf } from '../protocol/errors.js';
import type { Db } from './database.js';

/** The owner of a record. */
export interface RecordOwner {
  /** The worker's id; null if it is not known in this run. */
  readonly worker: string | null;
  /** The id of the location's mark. */
  readonly location: string;
}

/** Not part of the layout's version: a store of 0.1.0 gets the table when it is opened, and 0.1.0 ignores it. */
const ownerTable = `create table if not exists owner (
  only integer primary key check (only = 1), worker text, location text not null
);`;

/** Claims a record without an owner, or of another worker. @throws record_unreadable for another location's, naming both */
export function ownRecord(db: Db, file: string, owner: RecordOwner): void {
  const isThere = db.prepare("select 1 from sqlite_schema where name = 'owner'").get() !== undefined;
  const found = isThere
    ? db.prepare<[], { worker: string | null; location: string }>('select worker, location from owner').get()
    : undefined;
  if (found && found.location !== owner.location)
    throw new SealvisorError(
      'record_unreadable',
      `the record in ${file} is of another thread: it was written in the location with the mark ${found.location} by worker ${found.worker ?? 'not known'}, and this location has the mark ${owner.location}; it was left as it is: put this location's own file and its -wal back`,
    );
  const worker = owner.worker ?? found?.worker ?? null;
  if (found && found.worker === worker) return;
  // A location that was moved to another worker as a whole belongs to that worker.
  if (!isThere) db.exec(ownerTable);
  db.prepare('insert or replace into owner values (1, ?, ?)').run(worker, owner.location);
}

/** Refuses a location whose database is gone while its sectors are there. @throws record_unreadable */
export function checkNotLeft(location: string, file: string): void {
  if (statSync(file, { throwIfNoEntry: false })) return;
  const left = sectorsIn(join(location, 'sectors'));
  if (left.length === 0) return;
  throw new SealvisorError(
    'record_unreadable',
    `${file} is gone, and files of ${left.slice(0, 3).join(', ')} are there: restore it, or move ${join(location, 'sectors')} away to start the thread empty`,
  );
}

function sectorsIn(path: string): readonly string[] {
  try {
    return readdirSync(path).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
