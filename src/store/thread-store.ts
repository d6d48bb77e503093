import { join } from 'node:path';
import { type Plan, planState } from '../../machines/plan.js';
import type { Row } from '../../machines/record-changes.js';
import { emptyRecord, type ThreadRecord } from '../../machines/thread-record.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { HistoryRow } from '../protocol/thread.js';
import { openDatabase } from './database.js';

const schema = `
  create table if not exists record (id integer primary key check (id = 1), version integer not null, body text not null);
  create table if not exists history (
    seq integer primary key autoincrement, at text not null, kind text not null, sector text, "from" text, "to" text,
    event text, stage text, durationMs integer, level text, message text, "by" text, reason text, command text
  );
`;

const columns = [
  'at',
  'kind',
  'sector',
  'from',
  'to',
  'event',
  'stage',
  'durationMs',
  'level',
  'message',
  'by',
  'reason',
  'command',
] as const satisfies readonly (keyof Row)[];

/** The store of one thread: its record and its history. One writer, the thread itself (DESIGN, truth 3). */
export interface ThreadStore {
  /** The record, or a fresh one for `plan`. @throws record_unreadable, store_failed; the bytes stay where they are */
  read(plan: Plan, nowMs: number): ThreadRecord;
  /** Record and row in one transaction, on disk when it returns; gives the row's sequence number. @throws store_failed */
  commit(record: ThreadRecord, row: Row): number;
  /** Sequence number of the latest row; 0 when there is none. */
  revision(): number;
  /** The latest rows, oldest first. */
  history(limit: number): readonly HistoryRow[];
  close(): void;
}

const keepRows = 10_000;

/** Opens `<location>/sealvisor.db` for this thread alone. @throws location_not_writable, location_in_use, store_failed */
export function openThreadStore(location: string): ThreadStore {
  const file = join(location, 'sealvisor.db');
  const db = openDatabase(file, schema);
  const selectRecord = db.prepare<[], { version: number; body: string }>('select version, body from record');
  const writeRecord = db.prepare<[string]>(
    'insert into record (id, version, body) values (1, 1, ?) on conflict (id) do update set version = 1, body = excluded.body',
  );
  const writeRow = db.prepare(
    `insert into history (${columns.map((name) => `"${name}"`).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
  const trim = db.prepare('delete from history where seq <= ?');
  const last = db.prepare<[], { seq: number | null }>('select max(seq) as seq from history');
  const rows = db.prepare<[number], HistoryRow>('select * from history order by seq desc limit ?');
  const write = db.transaction((record: ThreadRecord, row: Row): number => {
    writeRecord.run(JSON.stringify(record));
    const seq = Number(writeRow.run(...columns.map((name) => row[name])).lastInsertRowid);
    if (seq % 100 === 0) trim.run(seq - keepRows);
    return seq;
  });
  const findRecord = () => {
    try {
      return selectRecord.get();
    } catch (cause) {
      throw new SealvisorError(
        'store_failed',
        `cannot read ${file}: ${messageOf(cause)}; check the disk, restore the file, or move it away to start the thread empty`,
        { cause },
      );
    }
  };
  return {
    read: (plan, nowMs) => {
      const found = findRecord();
      return found ? parseRecord(found, file, plan) : emptyRecord(plan.name, new Date(nowMs).toISOString());
    },
    commit: (record, row) => {
      try {
        return write.immediate(record, row);
      } catch (cause) {
        throw new SealvisorError(
          'store_failed',
          `cannot write the record of ${location}: ${messageOf(cause)}; free space or check the disk, then restart the thread`,
          { cause },
        );
      }
    },
    revision: () => last.get()?.seq ?? 0,
    history: (limit) => rows.all(limit).reverse(),
    close: () => db.close(),
  };
}

/** The record is our own, so a look at its shape is enough; loading a schema library would double a thread's start. */
function parseRecord(found: { version: number; body: string }, file: string, plan: Plan): ThreadRecord {
  const unreadable = (why: string, cause?: unknown) =>
    new SealvisorError(
      'record_unreadable',
      `the record in ${file} cannot be read (${why}); it was left as it is: restore it, or move it away to start the thread empty`,
      { cause },
    );
  if (found.version !== 1) throw unreadable(`version ${found.version}, this program knows version 1`);
  let record: Partial<ThreadRecord>;
  try {
    record = JSON.parse(found.body) as Partial<ThreadRecord>;
  } catch (cause) {
    throw unreadable(messageOf(cause), cause);
  }
  if (typeof record !== 'object' || record === null) throw unreadable('it is no record');
  const isNullOr = (key: keyof ThreadRecord, type: 'number' | 'object') =>
    record[key] === null || typeof record[key] === type;
  const isSound =
    record.version === 1 &&
    typeof record.plan === 'string' &&
    typeof record.state === 'string' &&
    typeof record.outputs === 'object' &&
    record.outputs !== null &&
    typeof record.isPaused === 'boolean' &&
    typeof record.isResting === 'boolean' &&
    typeof record.tries === 'number' &&
    typeof record.since === 'string' &&
    isNullOr('nextAtMs', 'number') &&
    isNullOr('intent', 'object') &&
    isNullOr('lastError', 'object') &&
    (record.sector === null || typeof record.sector?.id === 'string');
  if (!isSound) throw unreadable('fields are missing');
  const sound = record as ThreadRecord;
  // Without a sector in hand a plan is but a name.
  if (sound.plan !== plan.name && sound.sector === null && sound.state === 'Empty')
    return { ...sound, plan: plan.name };
  if (sound.plan !== plan.name)
    throw unreadable(`its sector is of plan ${sound.plan}, the thread's plan is ${plan.name}`);
  if (!planState(plan, sound.state)) throw unreadable(`plan ${plan.name} knows no state ${sound.state}`);
  return sound;
}
