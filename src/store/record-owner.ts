/** Whose a thread's record is: noted in its database, so that a copy in another place is not taken for that place's own. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SealvisorError, systemCodeOf } from '../protocol/errors.js';
import type { Db } from './database.js';

/** Whose a record is. */
export interface RecordOwner {
  /** The worker's id; null where it is not known in this run. */
  readonly worker: string | null;
  /** The id of the location's mark. */
  readonly location: string;
}

/** Not a part of the layout's version: a record of 0.1.0 gets it when it is opened, and 0.1.0 ignores it. */
const ownerTable = `create table if not exists owner (
  only integer primary key check (only = 1), worker text, location text not null
);`;

/** Makes a record that is nobody's ours. @throws record_unreadable for another location's, naming both */
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
  // A location that has moved to another worker as a whole is that worker's.
  if (!isThere) db.exec(ownerTable);
  db.prepare('insert or replace into owner values (1, ?, ?)').run(worker, owner.location);
}

/** A database that is gone while sectors of it are there is not started again. @throws record_unreadable */
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
