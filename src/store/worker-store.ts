/** What a worker itself keeps across restarts: its id and one value. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { Db } from './database.js';
import { faultIn, recordTable, type StoredRecord } from './record-table.js';
import { writeInReserve } from './reserve.js';
import { damaged, type Layout, openSound } from './sound-database.js';

export interface WorkerStore {
  /** Random and permanent, made with the store: a name or an address can pass to another worker. */
  readonly id: string;
  /** The last written value; undefined if there is none. @throws store_failed */
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
  isOurs: (tables) => tables.has('record') && !tables.has('history'),
  checked: ['record'],
};

/** Not part of the layout's version: a store of 0.1.0 gets the table when it is opened, and 0.1.0 ignores it. */
const identityTable =
  'create table if not exists identity (only integer primary key check (only = 1), id text not null);';

/** The owner of the store, in addition to what it records itself. */
export interface StoreIdentity {
  /** The id to record in a store that has none yet. @default a new one */
  readonly otherwise?: string | undefined;
  /** The worker's id when it is recorded elsewhere: it overrides the store's, which is left as it is. */
  readonly instead?: string | undefined;
}

/** Opens `<home>/sealvisor-worker.db` exclusively. @throws location_not_writable, location_in_use, store_failed */
export function openWorkerStore(home: string, identity: StoreIdentity = {}): WorkerStore {
  const file = join(home, 'sealvisor-worker.db');
  const db = openSound(file, layout);
  const written = <T>(write: () => T): T => {
    try {
      return writeInReserve(db, write);
    } catch (cause) {
      throw new SealvisorError(
        'store_failed',
        `cannot write ${file}: ${messageOf(cause)}; free space or check the disk`,
        { cause },
      );
    }
  };
  return {
    id: identity.instead ?? openedId(db, file, { written, otherwise: identity.otherwise }),
    read() {
      let found: StoredRecord | undefined;
      try {
        found = recordTable(db).find();
      } catch (cause) {
        throw damaged(file, messageOf(cause), { cause });
      }
      if (!found) return undefined;
      const fault = faultIn(found);
      if (fault !== undefined) throw damaged(file, fault);
      return JSON.parse(found.body);
    },
    write(value) {
      written(() => recordTable(db).write(value));
    },
    close: () => void db.close(),
  };
}

/** The store's id, made if there is none yet. @throws store_failed; the store is closed then */
function openedId(
  db: Db,
  file: string,
  {
    written,
    otherwise = randomUUID(),
  }: { readonly written: (write: () => void) => void; readonly otherwise?: string | undefined },
): string {
  try {
    const isThere = db.prepare("select 1 from sqlite_schema where name = 'identity'").get() !== undefined;
    if (!isThere) written(() => void db.exec(identityTable));
    const id = db.prepare<[], { id: string }>('select id from identity').get()?.id;
    if (id !== undefined) return id;
    written(() => void db.prepare('insert into identity values (1, ?)').run(otherwise));
    return otherwise;
  } catch (cause) {
    db.close();
    throw cause instanceof SealvisorError ? cause : damaged(file, messageOf(cause), { cause });
  }
}
