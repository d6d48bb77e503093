/** The manager's store: workers that reported, sectors, pieces, and the chain's first moment. */
import { systemCodeOf } from '../protocol/errors.js';
import { openDatabase } from './database.js';

export interface WorkerRow {
  readonly name: string;
  readonly dest: string;
  readonly version: string | null;
  readonly summary: string;
  readonly lastPingMs: number;
}

/** `body` is the sector's life as JSON (src/manager/sectors.ts). */
export interface SectorRow {
  readonly miner: number;
  readonly number: number;
  readonly body: string;
}

export interface PieceRow {
  readonly cid: string;
  readonly path: string;
  readonly payloadSize: number;
  readonly paddedSize: number;
  readonly mtimeMs: number;
  readonly dealId: number;
}

export interface FleetStore {
  genesisMs(now: number): number;
  putWorker(row: WorkerRow): void;
  workers(): readonly WorkerRow[];
  removeWorker(name: string): boolean;
  nextSector(miner: number, body: string): SectorRow;
  sector(miner: number, number: number): SectorRow | undefined;
  sectors(): readonly SectorRow[];
  putSector(row: SectorRow): void;
  addPiece(piece: Omit<PieceRow, 'dealId'>): void;
  pieces(): readonly PieceRow[];
  piece(cid: string): PieceRow | undefined;
  removePiece(cid: string): void;
  close(): void;
}

const schema = `
  create table if not exists meta (key text primary key, value integer not null);
  create table if not exists worker (name text primary key, dest text not null, version text, summary text not null, lastPingMs integer not null);
  create table if not exists sector (miner integer not null, number integer not null, body text not null, primary key (miner, number));
  create table if not exists piece (
    dealId integer primary key autoincrement, cid text not null unique, path text not null,
    payloadSize integer not null, paddedSize integer not null, mtimeMs real not null
  );
`;

/**
 * `onBroken` is told when the database cannot be read or written any more.
 * @throws location_not_writable, location_in_use, store_failed
 */
export function openFleetStore(
  path: string,
  onBroken: (error: unknown) => void = () => undefined,
): FleetStore {
  const db = openDatabase(path, schema);
  const one = <T>(sql: string) => db.prepare<unknown[], T>(sql);
  const genesis = one<{ value: number }>("select value from meta where key = 'genesis'");
  const setGenesis = db.prepare("insert or ignore into meta values ('genesis', ?)");
  const putWorker = db.prepare(
    'insert or replace into worker values (@name, @dest, @version, @summary, @lastPingMs)',
  );
  const workers = one<WorkerRow>('select * from worker order by name');
  const removeWorker = db.prepare('delete from worker where name = ?');
  const top = one<{ top: number | null }>('select max(number) as top from sector where miner = ?');
  const putSector = db.prepare('insert or replace into sector values (@miner, @number, @body)');
  const sector = one<SectorRow>('select * from sector where miner = ? and number = ?');
  const sectors = one<SectorRow>('select * from sector order by miner, number');
  const addPiece = db.prepare(
    `insert into piece (cid, path, payloadSize, paddedSize, mtimeMs) values (@cid, @path, @payloadSize, @paddedSize, @mtimeMs)
     on conflict (cid) do update set path = excluded.path, mtimeMs = excluded.mtimeMs`,
  );
  const pieces = one<PieceRow>('select * from piece order by paddedSize desc, dealId');
  const piece = one<PieceRow>('select * from piece where cid = ?');
  const removePiece = db.prepare('delete from piece where cid = ?');
  return watched(onBroken, {
    genesisMs: (now) => {
      setGenesis.run(now);
      return genesis.get()?.value ?? now;
    },
    putWorker: (row) => void putWorker.run(row),
    workers: () => workers.all(),
    removeWorker: (name) => removeWorker.run(name).changes > 0,
    nextSector: db.transaction((miner: number, body: string) => {
      const row = { miner, number: (top.get(miner)?.top ?? 0) + 1, body };
      putSector.run(row);
      return row;
    }),
    sector: (miner, number) => sector.get(miner, number),
    sectors: () => sectors.all(),
    putSector: (row) => void putSector.run(row),
    addPiece: (piece) => void addPiece.run(piece),
    pieces: () => pieces.all(),
    piece: (cid) => piece.get(cid),
    removePiece: (cid) => void removePiece.run(cid),
    close: () => void db.close(),
  });
}

/** The same store; a fault of the file under it, not of what was asked, is told before it is thrown. */
function watched(onBroken: (error: unknown) => void, store: FleetStore): FleetStore {
  const verbs = Object.entries(store).map(([name, verb]: [string, (...args: never[]) => unknown]) => [
    name,
    (...args: never[]) => {
      try {
        return verb(...args);
      } catch (error) {
        if (brokenCodes.test(systemCodeOf(error) ?? '')) onBroken(error);
        throw error;
      }
    },
  ]);
  // Every verb of the store, each as it was.
  return Object.fromEntries(verbs) as FleetStore;
}

const brokenCodes = /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY)/;
