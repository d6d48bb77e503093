/** The pieces in a manager's directories, in its store. */
import type { Db } from './database.js';

export interface PieceRow {
  readonly cid: string;
  readonly path: string;
  readonly payloadSize: number;
  readonly paddedSize: number;
  readonly mtimeMs: number;
  readonly dealId: number;
}

export interface PieceTable {
  /** A new piece with `aside` is reserved for a job, unless it is already known; it stays so until added without `aside`. */
  addPiece(piece: Omit<PieceRow, 'dealId'>, options?: { readonly aside: boolean }): void;
  /** CIDs of the pieces that are reserved for jobs and not sealed. */
  asidePieces(): readonly string[];
  pieces(): readonly PieceRow[];
  piece(cid: string): PieceRow | undefined;
  removePiece(cid: string): void;
}

export const pieceSchema = `
  create table if not exists piece (
    dealId integer primary key autoincrement, cid text not null unique, path text not null,
    payloadSize integer not null, paddedSize integer not null, mtimeMs real not null
  );
  create table if not exists aside (cid text primary key);
`;

export function pieceTable(db: Db): PieceTable {
  const add = db.prepare(
    `insert into piece (cid, path, payloadSize, paddedSize, mtimeMs) values (@cid, @path, @payloadSize, @paddedSize, @mtimeMs)
     on conflict (cid) do update set path = excluded.path, mtimeMs = excluded.mtimeMs`,
  );
  const all = db.prepare<[], PieceRow>('select * from piece order by paddedSize desc, dealId');
  const one = db.prepare<[string], PieceRow>('select * from piece where cid = ?');
  const remove = db.prepare('delete from piece where cid = ?');
  const putAside = db.prepare(
    'insert or ignore into aside select @cid where not exists (select 1 from piece where cid = @cid)',
  );
  const takeBack = db.prepare('delete from aside where cid = ?');
  const aside = db.prepare<[], { cid: string }>('select cid from aside');
  return {
    addPiece: db.transaction((piece: Omit<PieceRow, 'dealId'>, options?: { readonly aside: boolean }) => {
      if (options?.aside) putAside.run({ cid: piece.cid });
      else takeBack.run(piece.cid);
      add.run(piece);
    }),
    asidePieces: () => aside.all().map(({ cid }) => cid),
    pieces: () => all.all(),
    piece: (cid) => one.get(cid),
    removePiece: db.transaction((cid: string) => {
      remove.run(cid);
      takeBack.run(cid);
    }),
  };
}
