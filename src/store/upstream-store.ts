/** The store of a manager in front of another one: the workers that reported, and what it saw of their sectors. */
import type { Db } from './database.js';
import { madeOf, openSound } from './sound-database.js';
import { watched } from './watched.js';
import { type WorkerTable, workerSchema, workerTable } from './worker-table.js';

/** `body` is what was seen of the sector as JSON (src/manager/upstream/sighting.ts). */
export interface SeenRow {
  readonly miner: number;
  readonly number: number;
  readonly body: string;
}

export type SeenKey = Pick<SeenRow, 'miner' | 'number'>;

/** One request or report about a sector. */
export interface SeenStep {
  readonly at: string;
  readonly miner: number;
  readonly number: number;
  /** Without `Venus.`. */
  readonly method: string;
  readonly worker: string | null;
  readonly text: string;
}

export interface KeptStep extends SeenStep {
  readonly seq: number;
}

export interface UpstreamStore extends WorkerTable {
  seen(): readonly SeenRow[];
  /** One transaction: all changes are on disk when it returns, or none. */
  putSeen(rows: readonly SeenRow[], steps: readonly SeenStep[], gone?: readonly SeenKey[]): void;
  /** The latest, oldest first. */
  stepsOf(miner: number, number: number, limit: number): readonly KeptStep[];
  close(): void;
}

/** For all sectors together; the oldest steps are deleted. */
const mostSteps = 200_000;

const layout = {
  version: 1,
  tables: `
    create table if not exists seen (
      miner integer not null, number integer not null, body text not null, primary key (miner, number)
    );
    create table if not exists step (
      seq integer primary key autoincrement, at text not null, miner integer not null, number integer not null,
      method text not null, worker text, text text not null
    );
    create index if not exists stepOf on step (miner, number, seq);
    ${workerSchema}
  `,
  isOurs: (tables: ReadonlySet<string>) => ['seen', 'step', 'daemon'].every((name) => tables.has(name)),
  checked: ['seen', 'daemon'],
};

/**
 * `onBroken` is called when it cannot be read or written any more.
 * @throws location_not_writable, location_in_use, store_failed
 */
export function openUpstreamStore(
  path: string,
  onBroken: (error: unknown) => void = () => undefined,
): UpstreamStore {
  const db = openSound(path, layout);
  return madeOf(db, path, () => watched(onBroken, storeOf(db)));
}

function storeOf(db: Db): UpstreamStore {
  const seen = db.prepare<[], SeenRow>('select miner, number, body from seen order by miner, number');
  const put = db.prepare('insert or replace into seen (miner, number, body) values (@miner, @number, @body)');
  const remove = db.prepare('delete from seen where miner = @miner and number = @number');
  const add = db.prepare(
    'insert into step (at, miner, number, method, worker, text) values (@at, @miner, @number, @method, @worker, @text)',
  );
  const forget = db.prepare('delete from step where seq <= (select max(seq) from step) - ?');
  const steps = db.prepare<[number, number, number], KeptStep>(
    'select * from step where miner = ? and number = ? order by seq desc limit ?',
  );
  return {
    ...workerTable(db),
    seen: () => seen.all(),
    putSeen: db.transaction(
      (rows: readonly SeenRow[], added: readonly SeenStep[], gone: readonly SeenKey[] = []) => {
        for (const row of rows) put.run(row);
        for (const key of gone) remove.run(key);
        for (const step of added) add.run(step);
        if (added.length > 0) forget.run(mostSteps);
      },
    ),
    stepsOf: (miner, number, limit) => steps.all(miner, number, limit).reverse(),
    close: () => void db.close(),
  };
}
