/**
 * Room that a full disk cannot take away: free pages in a database's file, and a log that has its size from the start.
 * With it, what an hours-long stage gave is still committed when that stage has filled the disk.
 */
import { closeSync, openSync, statfsSync, statSync, writeSync } from 'node:fs';
import { systemCodeOf } from '../protocol/errors.js';
import type { Db } from './database.js';

export const reserveBytes = 256 * 1024;

/** Of 64 pages; what is used up is laid in again before half of it is gone. */
const leastFreePages = 48;
/** On a disk with less than this the reserve is for use, not for growth. */
const leastDiskBytes = 16 * 1024 * 1024;

export const reserveTable = 'create table if not exists reserve (bytes blob not null);';
/** Random, lest a file system that compresses keeps no room for them. */
export const takePages = `insert into reserve values (randomblob(${reserveBytes}))`;
export const freePages = 'delete from reserve';

/** Lays in free pages where there are few left. A disk with no room for them is told by a commit that fails. */
export function reservePages(db: Db, file: string): void {
  if (Number(db.pragma('freelist_count', { simple: true })) >= leastFreePages) return;
  const { bavail, bsize } = statfsSync(file);
  if (bavail * bsize < leastDiskBytes) return;
  // Put in their places before they are freed: pages that are free in the log only take room on no disk.
  db.exec(takePages);
  db.pragma('wal_checkpoint(PASSIVE)');
  db.exec(freePages);
}

/**
 * Gives the log of an open database its size; only its owner may. Zeros behind its last frame, or in place of its
 * header, are not frames to SQLite. Where the disk is full already the log is as large as it gets.
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

/** Runs a transaction; on a full disk once more, in the room that is there. */
export function writeInReserve<T>(db: Db, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!fullCodes.test(systemCodeOf(error) ?? '')) throw error;
    // The log cannot grow: its pages go to their places in the file, and it begins again at its start.
    db.pragma('wal_checkpoint(RESTART)');
    return write();
  }
}

/** A quota (EDQUOT) and a limit of file size (EFBIG) are IOERR_WRITE to SQLite. */
const fullCodes = /^(ENOSPC|EDQUOT|EFBIG|SQLITE_FULL|SQLITE_IOERR_WRITE)$/;
