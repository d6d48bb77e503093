/** The workers that reported, one row per daemon: two of the same name are two rows. */
import type { Db } from './database.js';

export interface WorkerRow {
  readonly name: string;
  /** The worker's own id; empty for upstream's. */
  readonly worker: string;
  /** Identifies the start of the process that reported; empty for upstream's. */
  readonly incarnation: string;
  readonly dest: string;
  /** Where the last report came from; null when it is not known. */
  readonly source: string | null;
  readonly version: string | null;
  readonly summary: string;
  readonly lastPingMs: number;
  /** How often it reported; only once or more than once matters. */
  readonly pings: number;
}

export type WorkerKey = Pick<WorkerRow, 'name' | 'worker' | 'incarnation'>;

export interface WorkerTable {
  putWorker(row: WorkerRow): void;
  /** By name. */
  workers(): readonly WorkerRow[];
  workersOf(name: string): readonly WorkerRow[];
  countWorkers(): number;
  /** The one to remove first when the table is full: reported only once, else silent since `silentSinceMs`. */
  leastKnownWorker(silentSinceMs: number): WorkerRow | undefined;
  removeWorker(key: WorkerKey): void;
}

export const workerSchema = `
  create table if not exists daemon (
    name text not null, worker text not null, incarnation text not null, dest text not null, source text, version text,
    summary text not null, lastPingMs integer not null, pings integer not null, primary key (name, worker, incarnation)
  );
`;

/** The table of 0.1.0 had one row per name: its rows are copied; workers get rows with their ids when they report. */
function takeOver(db: Db): void {
  if (!db.prepare("select 1 from sqlite_master where type = 'table' and name = 'worker'").get()) return;
  db.transaction(() => {
    db.exec(`insert or ignore into daemon select name, '', '', dest, null, version, summary, lastPingMs, 2 from worker;
      drop table worker;`);
  })();
}

export function workerTable(db: Db): WorkerTable {
  takeOver(db);
  const put = db.prepare(
    `insert or replace into daemon (name, worker, incarnation, dest, source, version, summary, lastPingMs, pings)
     values (@name, @worker, @incarnation, @dest, @source, @version, @summary, @lastPingMs, @pings)`,
  );
  const all = db.prepare<[], WorkerRow>('select * from daemon order by name, worker, incarnation');
  const ofName = db.prepare<[string], WorkerRow>(
    'select * from daemon where name = ? order by worker, incarnation',
  );
  const count = db.prepare<[], { count: number }>('select count(*) as count from daemon');
  const leastKnown = db.prepare<[number], WorkerRow>(
    'select * from daemon where pings = 1 or lastPingMs < ? order by pings, lastPingMs limit 1',
  );
  const remove = db.prepare(
    'delete from daemon where name = @name and worker = @worker and incarnation = @incarnation',
  );
  return {
    putWorker: (row) => void put.run(row),
    workers: () => all.all(),
    workersOf: (name) => ofName.all(name),
    countWorkers: () => count.get()?.count ?? 0,
    leastKnownWorker: (silentSinceMs) => leastKnown.get(silentSinceMs),
    removeWorker: ({ name, worker, incarnation }) => void remove.run({ name, worker, incarnation }),
  };
}
