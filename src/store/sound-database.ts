/** Databases that, when damaged, are neither taken for new ones nor written to. */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeNewSync } from '../disks/durable-file.js';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { type Db, makeDirectory, notWritable, openDatabase, openInMemory } from './database.js';
import { logFault } from './log-fault.js';
import { freePages, reserveLog, reserveTable, takePages } from './reserve.js';

/** The content of a kind of database file, and its version (`pragma user_version`). */
export interface Layout {
  readonly version: number;
  readonly tables: string;
  /** Whether a file with these tables is of this kind, in any version. */
  isOurs(tables: ReadonlySet<string>): boolean;
  /** The tables that are checked when the file is too large to be checked completely. */
  readonly checked: readonly string[];
  /** What to do about a damaged file. @default restore it, or move it and its log away */
  readonly advice?: string;
  /** Checks what SQLite cannot; returns what is wrong. */
  faultIn?(db: Db): string | undefined;
  /** Migrates the tables of a file from version `from` to the current one. */
  migrate?(db: Db, from: number): void;
}

/** One page, bytes; every file of ours has several. */
const leastBytes = 4096;

/** `pragma quick_check` takes 1 ms for 10,000 rows of history; in files over 16 MiB only some tables are checked. */
const mostPagesToCheck = 4096;

const usualAdvice = 'restore it, or move it and its -wal away to start empty';

/**
 * Opens the database in `file` exclusively, with space reserved for a full disk; makes it if it does not exist.
 * @throws location_not_writable, location_in_use, store_failed when it is damaged: its bytes stay as they are
 */
export function openSound(
  file: string,
  layout: Layout,
  {
    makesDirectory = true,
  }: {
    /** Makes the directory, not its parents. False if a missing directory means that its disk is gone. @default true */
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

/** Opens it; a file that SQLite rejects as broken or not a database is damaged. @throws store_failed, and what `open` throws */
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

/**
 * Returns what `make` makes of an open database; closes it if that fails, such as for missing tables or columns.
 * @throws store_failed
 */
export function madeOf<T>(db: Db, file: string, make: () => T, advice = usualAdvice): T {
  try {
    return make();
  } catch (cause) {
    db.close();
    throw cause instanceof SealvisorError ? cause : damaged(file, messageOf(cause), { cause, advice });
  }
}

/** Checks the size: SQLite takes a file of less than a page for a new one and overwrites it. @throws store_failed */
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

/** In bytes; undefined when the file does not exist. @throws store_failed */
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
 * Remembers which file `file` is now. The returned function throws when that name has another file or none: writes
 * would then go to a file that cannot be found again. @throws store_failed
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

/** @throws store_failed for a file of another program, of another kind, or of a newer version */
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
  // If another process is writing to it, opening the database fails at that process's lock.
  if (fault === undefined || !readFileSync(log).equals(found)) return;
  throw damaged(log, fault, { advice });
}

/** The header of a file that was closed has the right size. SQLite itself only rejects files that are too short. */
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

/** The file exists completely or not at all, even if this process is killed: so an empty file is a damaged one. */
function create(file: string, layout: Layout): void {
  try {
    // A file that another owner made first is kept.
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
  // Bytes 18 and 19 of the file's header: value 2 means that it is read and written with a WAL.
  return image.fill(2, 18, 20);
}
