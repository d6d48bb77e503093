/** What a worker itself keeps over a restart: one value. */
import { join } from 'node:path';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { writeInReserve } from './reserve.js';
import { damaged, type Layout, openSound } from './sound-database.js';
import { type StoredRecord, sumOf } from './thread-record-check.js';

export interface WorkerStore {
  /** What was written last; undefined when nothing was. @throws store_failed */
  read(): unknown;
  /** On disk when it returns. `value` is anything JSON can hold. @throws store_failed */
  write(value: unknown): void;
  close(): void;
}

const layout: Layout = {
  version: 1,
  tables: `
    create table record (
      id integer primary key check (id = 1), version integer not null, body text not null, sum text not null
    );
  `,
};

/** Opens `<home>/sealvisor-worker.db` for this worker alone. @throws location_not_writable, location_in_use, store_failed */
export function openWorkerStore(home: string): WorkerStore {
  const file = join(home, 'sealvisor-worker.db');
  const db = openSound(file, layout);
  const select = 'select version, body, sum from record';
  const upsert = `insert into record (id, version, body, sum) values (1, 1, ?, ?)
    on conflict (id) do update set version = 1, body = excluded.body, sum = excluded.sum`;
  return {
    read() {
      let found: StoredRecord | undefined;
      try {
        found = db.prepare<[], StoredRecord>(select).get();
      } catch (cause) {
        throw damaged(file, messageOf(cause), cause);
      }
      if (!found) return undefined;
      if (found.version !== 1) throw damaged(file, `version ${found.version}, this program knows version 1`);
      if (found.sum !== sumOf(found.body)) throw damaged(file, 'its checksum does not match');
      return JSON.parse(found.body);
    },
    write(value) {
      try {
        const body = JSON.stringify(value);
        writeInReserve(db, () => db.prepare<[string, string]>(upsert).run(body, sumOf(body)));
      } catch (cause) {
        throw new SealvisorError(
          'store_failed',
          `cannot write ${file}: ${messageOf(cause)}; free space or check the disk`,
          { cause },
        );
      }
    },
    close: () => void db.close(),
  };
}
