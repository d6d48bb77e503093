/** The schema of a thread's database, and the migration of older ones. */
import type { Db } from './database.js';
import { historyTable } from './history-rows.js';
import { sumOf } from './record-table.js';
import { reserveTable } from './reserve.js';
import type { Layout } from './sound-database.js';

const recordTable = `
  create table if not exists record (
    id integer primary key check (id = 1), version integer not null, body text not null, sum text
  );
`;
/** Answered commands, by their ids: a repeated command is not executed again. */
const commandTable = `
  create table if not exists command (
    id text not null unique, seq integer, changed integer not null, message text not null
  );
`;

/** Version 0 had no checksums, sector sizes, commands or reserve. */
export const threadLayout: Layout = {
  version: 1,
  tables: `${recordTable} ${historyTable} ${commandTable}`,
  isOurs: (tables) => tables.has('record') && tables.has('history'),
  checked: ['record'],
  migrate(db) {
    db.exec(`${recordTable} ${historyTable} ${commandTable} ${reserveTable}`);
    addColumn(db, 'history', 'size', 'integer');
    if (!addColumn(db, 'record', 'sum', 'text')) return;
    const found = db.prepare<[], { body: string }>('select body from record').get();
    if (found) db.prepare('update record set sum = ?').run(sumOf(found.body));
  },
};

function addColumn(db: Db, table: string, name: string, type: string): boolean {
  const has = db.prepare('select 1 from pragma_table_info(?) where name = ?').get(table, name) !== undefined;
  if (!has) db.exec(`alter table ${table} add column ${name} ${type}`);
  return !has;
}
