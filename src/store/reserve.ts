/**
 * Space that a full disk cannot take away: free pages in a database's file, and a log that has its size from the start.
 * With it, the result of an hours-long stage can still be committed when that stage has filled the disk.
 */
import { closeSync, openSync, statfsSync, statSync, writeSync } from 'node:fs';
import { systemCodeOf } from '../protocol/errors.js';
import type { Db } from './database.js';

export const reserveBytes = 256 * 1024;

/** Of 64 pages: the reserve is refilled when fewer than this are free. */
const leastFreePages = 48;
/** With less free space on the disk than this, bytes, the reserve is used but not refilled. */
const leastDiskBytes = 16 * 1024 * 1024;

export const reserveTable = 'create table if not exists reserve (bytes blob not null);';
/** Random bytes, because a compressing file system would not reserve space for zeros. */
export const takePages = `insert into reserve values (randomblob(${reserveBytes}))`;
export const freePages = 'delete from reserve';

/** Adds free pages when few are left. A full disk is reported by the commit that fails. */
export function reservePages(db: Db, file: string): void {
  if (Number(db.pragma('freelist_count', { simple: true })) >= leastFreePages) return;
  const { bavail, bsize } = statfsSync(file);
  if (bavail * bsize < leastDiskBytes) return;
  // The pages are written to the file before they are freed: pages that are free only in the log reserve no space.
  db.exec(takePages);
  db.pragma('wal_checkpoint(PASSIVE)');
  db.exec(freePages);
}

/**
 * Extends the log of an open database to its reserved size; only the owner may call it. SQLite does not read zeros after
 * the last frame, or in place of the header, as frames. On a full disk the log is extended as far as possible.
 */
export function reserveLog(file: string): void {
  const log = `${file}-wal`;
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size >= reserveBytes) return;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(log, 'r+');
    writeSync(descriptor, Buffer.alloc(reserveBytes - size), 0, undefined, size);
  } catch (error) {
    if (!fullCodes.test(systemCodeOf(error) ?? '')) throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Runs a transaction; on a full disk runs it again, in the reserved space. */
export function writeInReserve<T>(db: Db, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!fullCodes.test(systemCodeOf(error) ?? '')) throw error;
    // The log cannot grow: its pages are moved to the file, and it restarts from its beginning.
    db.pragma('wal_checkpoint(RESTART)');
    return write();
  }
}

/** SQLite reports a quota (EDQUOT) and a file size limit (EFBIG) as IOERR_WRITE. */
const fullCodes = /^(ENOSPC|EDQUOT|EFBIG|SQLITE_FULL|SQLITE_IOERR_WRITE)$/;
