/** Databases that are never taken for new when they are damaged, and never written to when they are. */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeNewSync } from '../disks/durable-file.js';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { type Db, makeDirectory, notWritable, openDatabase, openInMemory } from './database.js';
import { logFault } from './log-fault.js';
import { freePages, reserveLog, reserveTable, takePages } from './reserve.js';

/** What lies in a database's file, and its version (`pragma user_version`). */
export interface Layout {
  readonly version: number;
  readonly tables: string;
  /** Whether a file that has these tables is of this kind, in whatever version. */
  isOurs(tables: ReadonlySet<string>): boolean;
  /** Those that are looked at where the file is too large to be looked at whole. */
  readonly checked: readonly string[];
  /** What to do about a damaged file. @default restore it, or move it and its log away */
  readonly advice?: string;
  /** Looks at what SQLite cannot know of; gives what is wrong. */
  faultIn?(db: Db): string | undefined;
  /** Brings the tables of a file of version `from` to the present one. */
  migrate?(db: Db, from: number): void;
}

/** One page; every file of ours has several. */
const leastBytes = 4096;

/** `pragma quick_check` takes 1 ms for 10,000 rows of history; files past 16 MiB have some tables looked at. */
const mostPagesToCheck = 4096;

const usualAdvice = 'restore it, or move it and its -wal away to start empty';

/**
 * Opens the database in `file` for this owner alone, with room laid in for a full disk; makes it when it is not there.
 * @throws location_not_writable, location_in_use, store_failed when it is damaged: its bytes stay as they are
 */
export function openSound(
  file: string,
  layout: Layout,
  {
    makesDirectory = true,
  }: {
    /** The one directory, not those above it. False where its absence says that its disk is gone. @default true */
    readonly makesDirectory?: boolean;
  } = {},
): Db {
  if (makesDirectory) makeDirectory(dirname(file));
  const { advice = usualAdvice } = layout;
  const size = sizeOf(file, advice);
  if (size !== undefined) checkBegin(file, size, advice);
  const hasLog = (sizeOf(`${file}-wal`, advice) ?? 0) > 0;
  if (size === undefined && hasLog)
    throw damaged(file, `it is gone, but its log ${file}-wal is there`, { advice });
  if (size === undefined) create(file, layout);
  if (hasLog) checkLog(file, advice);
  const look = (opened: Db) => {
    checkKind(opened, file, layout);
    if (!hasLog) checkSize(opened, file, advice);
    checkPages(opened, file, layout);
  };
  const setUp = (opened: Db) => {
    const found = versionOf(opened);
    if (found !== layout.version) {
      layout.migrate?.(opened, found);
      opened.pragma(`user_version = ${layout.version}`);
    }
    const fault = layout.faultIn?.(opened);
    if (fault !== undefined) throw damaged(file, fault, { advice });
  };
  const db = openWhole(file, () => openDatabase(file, look, setUp), advice);
  try {
    reserveLog(file);
  } catch (cause) {
    db.close();
    throw new SealvisorError(
      'store_failed',
      `cannot write to ${file}-wal: ${messageOf(cause)}; check the disk and its permissions`,
      { cause },
    );
  }
  return db;
}

/** Opens it; what SQLite itself finds to be no database, or a broken one, is damaged. @throws store_failed, and what `open` does */
export function openWhole(file: string, open: () => Db, advice = usualAdvice): Db {
  try {
    return open();
  } catch (error) {
    const cause = error instanceof SealvisorError ? error.cause : undefined;
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(systemCodeOf(cause) ?? ''))
      throw damaged(file, messageOf(cause), { cause, advice });
    throw error;
  }
}

/** What is made of an open database, which is closed where that fails: tables or columns may have other names. @throws store_failed */
export function madeOf<T>(db: Db, file: string, make: () => T, advice = usualAdvice): T {
  try {
    return make();
  } catch (cause) {
    db.close();
    throw cause instanceof SealvisorError ? cause : damaged(file, messageOf(cause), { cause, advice });
  }
}

/** SQLite takes a file of less than a page for a new one, and writes over it. @throws store_failed */
export function checkBegin(file: string, size: number, advice = usualAdvice): void {
  if (size === 0) throw damaged(file, 'it is empty', { advice });
  if (size < leastBytes) throw damaged(file, `it has only ${size} bytes`, { advice });
}

export function damaged(
  file: string,
  why: string,
  { cause, advice = usualAdvice }: { readonly cause?: unknown; readonly advice?: string | undefined } = {},
): SealvisorError {
  return new SealvisorError(
    'store_failed',
    `${file} is damaged (${why}); it was left as it is: check the disk, then ${advice}`,
    { cause },
  );
}

/** In bytes; undefined when it is not there. @throws store_failed */
export function sizeOf(file: string, advice = usualAdvice): number | undefined {
  let found: Stats | undefined;
  try {
    found = statSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    const message = `cannot look at ${file}: ${messageOf(cause)}; check the disk and its permissions`;
    throw new SealvisorError('store_failed', message, { cause });
  }
  if (found && !found.isFile()) {
    const what = found.isDirectory() ? 'is a directory' : 'is not a regular file';
    throw new SealvisorError('store_failed', `${file} ${what}: move it away, then ${advice}`);
  }
  return found?.size;
}

/**
 * Remembers which file `file` is now. What it gives throws when another file, or none, has that name: what is written
 * then goes to a file that nobody finds again. @throws store_failed
 */
export function samePlace(file: string): () => void {
  const placeOf = () => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found && `${found.dev}:${found.ino}`;
  };
  const opened = placeOf();
  return () => {
    const now = placeOf();
    if (now === opened) return;
    const what = now === undefined ? 'was removed or renamed' : 'was replaced by another file';
    throw new SealvisorError(
      'store_failed',
      `${file} ${what} while it is in use; nothing more is written to it: put the file back as it was, then restart the thread`,
    );
  };
}

const versionOf = (db: Db) => Number(db.pragma('user_version', { simple: true }));

/** @throws store_failed for another program's file, another kind of ours, and one of a newer program */
function checkKind(db: Db, file: string, layout: Layout): void {
  const { advice = usualAdvice, version } = layout;
  const select = "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'";
  const names = db.prepare<[], string>(select).pluck().all();
  if (!layout.isOurs(new Set(names)))
    throw new SealvisorError(
      'store_failed',
      `${file} is not a database of this kind (its tables: ${names.slice(0, 5).join(', ') || 'none'}); it was left as it is: move it away, then ${advice}`,
    );
  const found = versionOf(db);
  if (found > version)
    throw new SealvisorError(
      'store_failed',
      `${file} is of version ${found}, this program knows version ${version}: use the program that wrote it; otherwise ${advice}`,
    );
}

function checkLog(file: string, advice: string): void {
  const log = `${file}-wal`;
  const found = readFileSync(log);
  const fault = logFault(found);
  // Where another process is writing to it, that one's lock is met next.
  if (fault === undefined || !readFileSync(log).equals(found)) return;
  throw damaged(log, fault, { advice });
}

/** Of a file that was closed its header tells the size. SQLite itself refuses one that is too short. */
function checkSize(db: Db, file: string, advice: string): void {
  const pages = Number(db.pragma('page_count', { simple: true }));
  const pageSize = Number(db.pragma('page_size', { simple: true }));
  const size = sizeOf(file, advice);
  if (size !== pages * pageSize)
    throw damaged(file, `it has ${size} bytes, its header tells of ${pages * pageSize}`, { advice });
}

function checkPages(db: Db, file: string, { checked, advice }: Layout): void {
  const isSmall = Number(db.pragma('page_count', { simple: true })) <= mostPagesToCheck;
  const checks = isSmall
    ? ['quick_check(1)']
    : ['sqlite_schema', ...checked].map((table) => `quick_check(${table})`);
  for (const check of checks) {
    const found = String(db.pragma(check, { simple: true }));
    if (found !== 'ok') throw damaged(file, found, { advice });
  }
}

/** The file is there whole or not at all, whenever this is killed: so one of no bytes is a damaged one. */
function create(file: string, layout: Layout): void {
  try {
    // The file of an owner who was quicker stays.
    writeNewSync(file, imageOf(layout));
  } catch (cause) {
    throw notWritable(dirname(file), cause);
  }
}

function imageOf(layout: Layout): Buffer {
  const db = openInMemory();
  db.exec(`${layout.tables} ${reserveTable} ${takePages}; ${freePages}`);
  db.pragma(`user_version = ${layout.version}`);
  const image = db.serialize();
  db.close();
  // Bytes 18 and 19 of the file's header: to be read and written with a log (WAL).
  return image.fill(2, 18, 20);
}
