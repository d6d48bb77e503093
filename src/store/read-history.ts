/** The history of a thread that is not running. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { HistoryQuery } from '../protocol/thread.js';
import { type Db, openInMemory, openToRead } from './database.js';
import { selectRowsJson } from './history-rows.js';
import { checkBegin, damaged, openWhole, sizeOf } from './sound-database.js';
import { threadStoreFile } from './thread-store.js';

/**
 * The requested rows as the text of a JSON array, read from a location that no thread has open; `[]` when there is no
 * store yet. Writes nothing except what the store's log already holds. @throws location_in_use, store_failed
 */
export function readHistoryJson(location: string, query: HistoryQuery): string {
  const file = threadStoreFile(location);
  const size = sizeOf(file);
  if (size === undefined) return '[]';
  checkBegin(file, size);
  const db = isWritable(file) ? openWhole(file, () => openToRead(file)) : openCopy(file);
  try {
    return selectRowsJson(db, query);
  } catch (cause) {
    throw damaged(file, messageOf(cause), { cause });
  } finally {
    db.close();
  }
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** SQLite cannot lock a file that it may not write; if this user may not write it, no thread of this user has it open. */
function openCopy(file: string): Db {
  if ((sizeOf(`${file}-wal`) ?? 0) > 0)
    throw new SealvisorError(
      'store_failed',
      `cannot read ${file}: its latest rows are still in ${file}-wal; make both writable for this user`,
    );
  try {
    // Bytes 18 and 19 of the file's header: value 1 means no WAL.
    return openInMemory(readFileSync(file).fill(1, 18, 20));
  } catch (cause) {
    throw damaged(file, messageOf(cause), { cause });
  }
}
