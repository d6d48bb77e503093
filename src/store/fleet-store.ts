/** The manager's store: its identity, workers that reported, sectors, pieces, jobs, and the chain's genesis time. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SealvisorError } from '../protocol/errors.js';
import { type Db, makeDirectory } from './database.js';
import { fleetLayout, sumOfRow } from './fleet-layout.js';
import { lostDatabase, makeFleetMark, otherDatabase, readFleetMark } from './fleet-mark.js';
import { type JobTable, jobTable } from './job-table.js';
import { type PieceTable, pieceTable } from './piece-table.js';
import { madeOf, openSound, sizeOf } from './sound-database.js';
import { watched } from './watched.js';
import { type WorkerTable, workerTable } from './worker-table.js';

/** `body` is the sector's state as JSON (src/manager/sectors/life.ts). */
export interface SectorRow {
  readonly miner: number;
  readonly number: number;
  readonly body: string;
}

export interface FleetStore extends JobTable, PieceTable, WorkerTable {
  /** Random, made with the store: another home has another identity, whatever address its manager listens on. */
  readonly identity: string;
  genesisMs(now: number): number;
  /** Stores a new sector under the number after the highest one assigned here or learned. */
  nextSector(miner: number, body: string): SectorRow;
  /** Records that a number is in use elsewhere; true if this changes the next number. */
  learnNumber(miner: number, number: number): boolean;
  sector(miner: number, number: number): SectorRow | undefined;
  sectors(): readonly SectorRow[];
  putSector(row: SectorRow): void;
  /** One transaction: all writes are on disk when it returns, or none. */
  together<T>(writes: () => T): T;
  close(): void;
}

/**
 * `onBroken` is called when the database cannot be read or written any more. `isOpenedAgain`: it was open before, so if
 * its home or its file is gone, nothing is made in its place.
 * @throws location_not_writable, location_in_use, store_failed
 */
export function openFleetStore(
  path: string,
  onBroken: (error: unknown) => void = () => undefined,
  { isOpenedAgain = false }: { readonly isOpenedAgain?: boolean } = {},
): FleetStore {
  if (isOpenedAgain) checkLeft(path);
  else makeDirectory(dirname(path));
  const known = readFleetMark(path);
  if (known !== undefined && sizeOf(path, fleetLayout.advice) === undefined) throw lostDatabase(path, known);
  const db = openSound(path, fleetLayout, { makesDirectory: false });
  return madeOf(db, path, () => storeOf(db, identified(db, path, known), onBroken), fleetLayout.advice);
}

/**
 * The manager's identity: made with the database, and recorded in the mark next to it.
 * @throws store_failed, location_not_writable
 */
function identified(db: Db, path: string, known: string | undefined): string {
  const select = db.prepare<[], { id: string }>('select id from identity');
  const found = select.get()?.id;
  if (known !== undefined && found !== known) throw otherDatabase(path, found, known);
  if (found === undefined) db.prepare('insert into identity values (1, ?)').run(randomUUID());
  const identity = select.get()?.id ?? '';
  if (known === undefined) makeFleetMark(path, identity);
  return identity;
}

function storeOf(db: Db, identity: string, onBroken: (error: unknown) => void): FleetStore {
  const one = <T>(sql: string) => db.prepare<unknown[], T>(sql);
  const genesis = one<{ value: number }>("select value from meta where key = 'genesis'");
  const setGenesis = db.prepare("insert or ignore into meta values ('genesis', ?)");
  const top = one<{ top: number | null }>(
    `select max(number) as top from (
      select max(number) as number from sector where miner = @miner
      union all select number from usedNumber where miner = @miner
    )`,
  );
  const topOf = (miner: number) => top.get({ miner })?.top ?? 0;
  const learn = db.prepare(
    `insert into usedNumber values (@miner, @number)
     on conflict (miner) do update set number = max(number, excluded.number)`,
  );
  const insertSector = db.prepare(
    'insert or replace into sector (miner, number, body, sum) values (@miner, @number, @body, @sum)',
  );
  const putSector = (row: SectorRow) => insertSector.run({ ...row, sum: sumOfRow(row) });
  const sector = one<SectorRow>('select miner, number, body from sector where miner = ? and number = ?');
  const sectors = one<SectorRow>('select miner, number, body from sector order by miner, number');
  const verbs = watched<Omit<FleetStore, 'identity'>>(onBroken, {
    genesisMs: (now) => {
      setGenesis.run(now);
      return genesis.get()?.value ?? now;
    },
    nextSector: db.transaction((miner: number, body: string) => {
      const row = { miner, number: topOf(miner) + 1, body };
      putSector(row);
      return row;
    }),
    learnNumber: db.transaction((miner: number, number: number) => {
      if (number <= topOf(miner)) return false;
      learn.run({ miner, number });
      return true;
    }),
    sector: (miner, number) => sector.get(miner, number),
    sectors: () => sectors.all(),
    putSector: (row) => void putSector(row),
    ...pieceTable(db),
    ...workerTable(db),
    ...jobTable(db, sumOfRow),
    together: (writes) => db.transaction(writes)(),
    close: () => void db.close(),
  });
  return { identity, ...verbs };
}

function checkLeft(path: string): void {
  if (existsSync(path)) return;
  throw new SealvisorError(
    'store_failed',
    `${path} is gone while the manager runs, and is not made again: its numbers would start from the first again; mount its disk or put it back, then start the manager again`,
  );
}
