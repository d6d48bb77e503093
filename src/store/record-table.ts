/** The single value of a store, as JSON with its checksum: a thread's or a worker's record. */
import { hash } from 'node:crypto';
import type { Db } from './database.js';

export interface StoredRecord {
  readonly version: number;
  readonly body: string;
  readonly sum: string | null;
}

/** Detects bits that a disk has flipped; it does not protect against tampering. */
export function sumOf(body: string): string {
  return hash('sha1', body);
}

/** What is wrong with the record; undefined when it is intact. */
export function faultIn({ version, body, sum }: StoredRecord): string | undefined {
  if (version !== 1) return `version ${version}, this program knows version 1`;
  return sum === sumOf(body) ? undefined : 'its checksum does not match';
}

/** The database must have the table already. */
export function recordTable(db: Db) {
  const select = db.prepare<[], StoredRecord>('select version, body, sum from record');
  const put = db.prepare<[string, string]>(
    `insert into record (id, version, body, sum) values (1, 1, ?, ?)
     on conflict (id) do update set version = 1, body = excluded.body, sum = excluded.sum`,
  );
  return {
    find: () => select.get(),
    write: (value: unknown): void => {
      const body = JSON.stringify(value);
      put.run(body, sumOf(body));
    },
  };
}
