import { join } from 'node:path';
import type { Plan } from '../../machines/plan.js';
import { emptyRecord, inHand, type ThreadRecord } from '../../machines/thread-record.js';
import { checkRootSync, type SeenRoot } from '../disks/seen-root.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { HistoryQuery, HistoryRow, Row } from '../protocol/thread.js';
import { commandLog, type DoneCommand } from './command-log.js';
import type { Db } from './database.js';
import {
  rowWriter,
  type StageDurations,
  selectDurations,
  selectRows,
  selectRowsJson,
} from './history-rows.js';
import { checkNotLeft, ownRecord, type RecordOwner } from './record-owner.js';
import { recordTable } from './record-table.js';
import { requestTable } from './request-table.js';
import { reservePages, writeInReserve } from './reserve.js';
import { damaged, madeOf, openSound, samePlace } from './sound-database.js';
import { threadLayout } from './thread-layout.js';
import { parseRecord, unreadable } from './thread-record-check.js';

export interface ThreadStoreOptions {
  /**
   * The location as seen at its mark check; it is never made, and is checked again before each write.
   * @default it is made and not checked
   */
  readonly root?: SeenRoot;
  /** The owner to record. @default none */
  readonly owner?: RecordOwner;
  /** How many history rows to keep; older ones are deleted in batches of at most 1% of it. @default 10000 */
  readonly keepRows?: number;
}

/** The store of one thread: its record and its history. One writer, the thread itself (docs/architecture.md#truths). */
export interface ThreadStore {
  /**
   * The record, or a fresh one for `plan`; a current job keeps the plan it was started with.
   * @throws record_unreadable, store_failed; the stored bytes are left as they are
   */
  read(plan: Plan, nowMs: number): ThreadRecord;
  /**
   * Writes the record, a history row and the command that they answer in one transaction, on disk when it returns; returns
   * the row's sequence number. @throws store_failed, wrong_disk
   */
  commit(record: ThreadRecord, row: Row, command?: DoneCommand): number;
  /** The id of the request for the next sector or job: the same until one is received. @throws store_failed, wrong_disk */
  request(): string;
  /** Keeps a command that changed nothing. @throws store_failed, wrong_disk */
  keepCommand(command: DoneCommand): void;
  /** The outcome of a command, if it is one of the last 1,000. */
  commandDone(id: string): Omit<DoneCommand, 'id'> | undefined;
  /** Sequence number of the latest row; 0 when there is none. */
  revision(): number;
  /** The latest rows that match, oldest first. */
  history(query: HistoryQuery): readonly HistoryRow[];
  /** The same rows as the text of a JSON array: 10,000 rows in about 17 ms. */
  historyJson(query: HistoryQuery): string;
  /** The durations of the last 20 runs of each stage, for sectors of `size` bytes. */
  durations(size: number): readonly StageDurations[];
  close(): void;
}

export const threadStoreFile = (location: string) => join(location, 'sealvisor.db');

/**
 * Opens `<location>/sealvisor.db` exclusively. @throws location_not_writable, location_in_use, store_failed,
 * record_unreadable
 */
export function openThreadStore(location: string, options: ThreadStoreOptions = {}): ThreadStore {
  const file = threadStoreFile(location);
  const { root, owner, keepRows = 10_000 } = options;
  if (root) checkNotLeft(location, file);
  const db = openSound(file, threadLayout, { makesDirectory: root === undefined });
  return madeOf(db, file, () => {
    if (owner) ownRecord(db, file, owner);
    const same = samePlace(file);
    const isOurs = () => {
      if (root) checkRootSync(root);
      same();
    };
    return storeOf(db, { file, location, isOurs, keepRows: Math.max(1, keepRows) });
  });
}

interface StoreParts {
  readonly file: string;
  readonly location: string;
  readonly keepRows: number;
  /** @throws wrong_disk, store_failed when the directory or the file was replaced or is gone */
  isOurs(): void;
}

function storeOf(db: Db, parts: StoreParts): ThreadStore {
  const { file, keepRows } = parts;
  const records = recordTable(db);
  const writeRow = rowWriter(db);
  const trim = db.prepare<[number]>('delete from history where seq <= ?');
  const last = db.prepare<[], { seq: number | null }>('select max(seq) as seq from history');
  const commands = commandLog(db);
  const requests = requestTable(db);
  const rowsToTrim = Math.max(1, Math.min(100, Math.floor(keepRows / 100)));
  const write = db.transaction((record: ThreadRecord, row: Row, command?: DoneCommand): number => {
    records.write(record);
    const seq = writeRow(row, record.sector?.size ?? null);
    if (seq % rowsToTrim === 0) trim.run(seq - keepRows);
    if (command) commands.keep(command, seq);
    if (inHand(record) !== null) requests.done();
    return seq;
  });
  const { read, written } = guarded(db, parts);
  const revision = () => read(() => last.get()?.seq ?? 0);
  return {
    read: (plan, nowMs) => {
      const found = read(records.find);
      if (found) {
        const record = parseRecord(found, file, plan);
        tendReserve(db, file);
        return record;
      }
      // A record is written with every row.
      if (revision() > 0) throw unreadable(file, 'it is gone, its history is there');
      return emptyRecord(plan.name, new Date(nowMs).toISOString());
    },
    commit: (record, row, command) => {
      const seq = written(() => write.immediate(record, row, command));
      if (seq % 100 === 1) tendReserve(db, file);
      return seq;
    },
    request: () => written(requests.open),
    keepCommand: (command) => written(() => commands.keep(command, null)),
    commandDone: (id) => read(() => commands.find(id)),
    revision,
    history: (query) => read(() => selectRows(db, query)),
    historyJson: (query) => read(() => selectRowsJson(db, query)),
    durations: (size) => read(() => selectDurations(db, size)),
    close: () => db.close(),
  };
}

/** Runs reads and writes; their errors name the file or the location. */
function guarded(db: Db, { file, location, isOurs }: StoreParts) {
  return {
    read: <T>(act: () => T): T => {
      try {
        return act();
      } catch (cause) {
        throw damaged(file, messageOf(cause), { cause });
      }
    },
    written: <T>(act: () => T): T => {
      isOurs();
      try {
        return writeInReserve(db, act);
      } catch (cause) {
        throw new SealvisorError(
          'store_failed',
          `cannot write the record of ${location}: ${messageOf(cause)}; free space or check the disk, then restart the thread`,
          { cause },
        );
      }
    },
  };
}

/** A failure here does not affect what was committed before. */
function tendReserve(db: Db, file: string): void {
  try {
    reservePages(db, file);
  } catch {
    // The next commit meets the same fault of the disk or the file and reports it.
  }
}
