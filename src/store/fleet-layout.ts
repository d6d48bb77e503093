/** The schema of the manager's database, and the migration of older ones. */
import type { Db } from './database.js';
import { fleetAdvice } from './fleet-mark.js';
import { jobSchema } from './job-table.js';
import { pieceSchema } from './piece-table.js';
import { sumOf } from './record-table.js';
import { reserveTable } from './reserve.js';
import type { Layout } from './sound-database.js';
import { workerSchema } from './worker-table.js';

const schema = `
  create table if not exists identity (only integer primary key check (only = 1), id text not null);
  create table if not exists meta (key text primary key, value integer not null);
  create table if not exists sector (
    miner integer not null, number integer not null, body text not null, sum text, primary key (miner, number)
  );
  ${pieceSchema}
  create table if not exists usedNumber (miner integer primary key, number integer not null);
  ${workerSchema}
  ${jobSchema}
`;

interface Summed {
  readonly miner: number | null;
  readonly number: number | null;
  readonly body: string;
}

/** The checksum of a sector or a job; it covers the key. */
export const sumOfRow = ({ miner, number, body }: Summed) => sumOf(`${miner}/${number}/${body}`);

const summed = ['sector', 'job'] as const;

/** Version 0 had no checksums. */
export const fleetLayout: Layout = {
  version: 1,
  tables: schema,
  isOurs: (tables) => ['meta', 'sector', 'piece'].every((name) => tables.has(name)),
  checked: ['sector', 'job', 'identity', 'meta', 'usedNumber'],
  advice: fleetAdvice,
  migrate(db) {
    db.exec(schema + reserveTable);
    for (const table of summed) {
      const has = db.prepare('select 1 from pragma_table_info(?) where name = ?').get(table, 'sum');
      if (has === undefined) db.exec(`alter table ${table} add column sum text`);
      const put = db.prepare(`update ${table} set sum = ? where rowid = ?`);
      const rows = db.prepare<[], Summed & { row: number }>(`select rowid as row, * from ${table}`).all();
      for (const row of rows) put.run(sumOfRow(row), row.row);
    }
  },
  faultIn(db: Db) {
    for (const table of summed) {
      const rows = db.prepare<[], Summed & { sum: string | null }>(
        `select miner, number, body, sum from ${table}`,
      );
      for (const row of rows.iterate())
        if (row.sum !== sumOfRow(row))
          return `the ${table} of miner ${row.miner}, number ${row.number} does not match its checksum`;
    }
    return undefined;
  },
};
