/** The id of a thread's request for its next sector or job: durable before it is sent, deleted when the result is stored. */
import { randomUUID } from 'node:crypto';
import type { Db } from './database.js';

export interface RequestTable {
  /** The id of the open request; makes and writes one if there is none. */
  open(): string;
  /** The requested sector or job was received: the next request gets a new id. Runs inside the caller's transaction. */
  done(): void;
}

/** Not part of the layout's version: a store of 0.1.0 gets the table with its first request. */
export function requestTable(db: Db): RequestTable {
  let isThere = db.prepare("select 1 from sqlite_schema where name = 'request'").get() !== undefined;
  let isOpen: boolean | undefined;
  return {
    open: () => {
      if (!isThere)
        db.exec(
          'create table if not exists request (only integer primary key check (only = 1), id text not null)',
        );
      isThere = true;
      const found = db.prepare<[], { id: string }>('select id from request').get()?.id;
      const id = found ?? randomUUID();
      if (found === undefined) db.prepare('insert into request values (1, ?)').run(id);
      isOpen = true;
      return id;
    },
    done: () => {
      if (!isThere || isOpen === false) return;
      db.prepare('delete from request').run();
      isOpen = false;
    },
  };
}
