/** Stages of heavy work: what a processor is asked, and what is made of its answer. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StageError } from '../../protocol/level.js';
import type { Deal, Ticket } from '../../protocol/sealer.js';
import { proofTypeOfNumber, type Sector } from '../../protocol/sector.js';
import type { C1Output } from '../builtin/index.js';
import { sectorFiles } from '../sector-files.js';
import { writtenBy } from '../space-need.js';
import { output, type Stage, type StageContext, sectorAtHand } from '../stage.js';
import { chosenStore } from '../store-choice.js';
import type { PieceFile, PieceInfo, Tasks } from '../tasks.js';
import { checkPreCommit, checkTicket, lastingTicket } from './fresh.js';

const builtin = () => import('../builtin/index.js');
const bytes = (base64: string) => [...Buffer.from(base64, 'base64')];
const registered = (sector: Sector) => proofTypeOfNumber(sector.proofType).registered;

async function desk(context: StageContext) {
  const sector = sectorAtHand(context);
  const files = sectorFiles(context.location, sector.id);
  await mkdir(files.cacheDir, { recursive: true });
  return { sector, files, work: { signal: context.signal, progress: context.progress } };
}

/** A deal's payload: from a local pieces directory when it is there, else from where the manager says. */
async function pieceFile(context: StageContext, cid: string): Promise<PieceFile> {
  const local = context.localPiecesDirs.map((dir) => join(dir, cid)).find((path) => existsSync(path));
  if (local) return { local };
  const { url, headers } = await context.service.pieceSource(cid);
  return Object.keys(headers).length > 0 ? { url, headers } : { url };
}

export const addPieces: Stage = async (context) => {
  const { sector, files } = await desk(context);
  const { commitmentOfCid } = await builtin();
  const deals = output<readonly Deal[]>(context, 'deals');
  const pledge = {
    piece_file: 'pledge',
    payload_size: (sector.size / 128) * 127,
    piece_size: sector.size,
  } as const;
  const pieces = await Promise.all(
    deals.map(async ({ Piece, PayloadSize }) => ({
      piece_file: await pieceFile(context, Piece.Cid['/']),
      payload_size: PayloadSize,
      piece_size: Piece.Size,
    })),
  );
  const added = await context.process('add_pieces', {
    seal_proof_type: registered(sector),
    pieces: pieces.length > 0 ? pieces : [pledge],
    staged_filepath: files.staged,
  });
  for (const [at, deal] of deals.entries()) {
    const cid = deal.Piece.Cid['/'];
    if (Buffer.from(added[at]?.commitment ?? []).equals(Buffer.from(commitmentOfCid(cid)))) continue;
    throw new StageError(
      'permanent',
      `${cid}: the data have another commitment than the CID says: fetch the piece again`,
    );
  }
  return { event: 'AddPiece', outputs: { pieces: added } };
};

export const treeD: Stage = async (context) => {
  const { sector, files } = await desk(context);
  const { commDOf, placeInfos, treeDRoot } = await builtin();
  const infos = output<readonly PieceInfo[]>(context, 'pieces');
  await context.process('tree_d', {
    registered_proof: registered(sector),
    staged_file: files.staged,
    cache_dir: files.cacheDir,
  });
  const root = await treeDRoot(files.cacheDir);
  if (!commDOf(placeInfos(infos), sector.size).equals(Buffer.from(root)))
    throw new StageError(
      'permanent',
      `${files.staged} does not hold the pieces of this sector: resume to DealsAcquired to add them again`,
    );
  return { event: 'BuildTreeD', outputs: { tree_d: true } };
};

export const pc1: Stage = async (context) => {
  const { sector, files } = await desk(context);
  const { proverId } = await builtin();
  const drawn = await lastingTicket(context);
  const done = await context.process('pc1', {
    registered_proof: registered(sector),
    cache_path: files.cacheDir,
    in_path: files.staged,
    out_path: files.sealed,
    prover_id: proverId(sector.miner),
    sector_id: sector.number,
    ticket: bytes(drawn.ticket.Ticket),
    piece_infos: output<readonly PieceInfo[]>(context, 'pieces'),
  });
  return { event: 'PC1', outputs: { pc1: done, ...drawn } };
};

export const pc2: Stage = async (context) => {
  checkTicket(context);
  const { sector, files } = await desk(context);
  const { handedBy, placeInfos, proverId, writeManifest } = await builtin();
  const pc1out = output<unknown>(context, 'pc1');
  const done = await context.process('pc2', {
    pc1out,
    cache_dir: files.cacheDir,
    sealed_file: files.sealed,
  });
  const deals = output<readonly Deal[]>(context, 'deals');
  const { layers, replicaId } = handedBy(pc1out);
  await writeManifest(files.cacheDir, {
    version: 1,
    processor: 'dev',
    miner: sector.miner,
    number: sector.number,
    sectorSize: sector.size,
    proofType: sector.proofType,
    proverId: proverId(sector.miner),
    ticket: bytes(output<Ticket>(context, 'ticket').Ticket),
    layers,
    commD: [...done.comm_d],
    commR: [...done.comm_r],
    replicaId,
    pieces: placeInfos(output<readonly PieceInfo[]>(context, 'pieces')).map(({ offset, paddedSize }, at) => ({
      cid: deals[at]?.Piece.Cid['/'] ?? null,
      payloadSize: deals[at]?.PayloadSize ?? 0,
      offset,
      paddedSize,
    })),
  });
  return { event: 'PC2', outputs: { pc2: done } };
};

/** What the sector's proofs are about. */
async function provenOf(context: StageContext) {
  const { sector, files, work } = await desk(context);
  const { handedBy } = await builtin();
  const { comm_d: commD, comm_r: commR } = output<Tasks['pc2']['output']>(context, 'pc2');
  const { replicaId } = handedBy(output<unknown>(context, 'pc1'));
  return { proven: { sectorSize: sector.size, cacheDir: files.cacheDir, replicaId, commD, commR }, work };
}

export const syntheticProof: Stage = async (context) => {
  const { proven, work } = await provenOf(context);
  const { synthProof } = await builtin();
  await synthProof(proven, work);
  return { event: 'SyntheticPoRep' };
};

/** Copies into an attached store that has room, compared byte for byte; the local files go at the end. */
export const persist: Stage = async (context) => {
  const { sector, files, work } = await desk(context);
  const store = await chosenStore(context, writtenBy(context.record));
  const { persist: run } = await builtin();
  await run(
    { sealedPath: files.sealed, cacheDir: files.cacheDir, storePath: store.location, sectorId: sector.id },
    work,
  );
  return { event: 'Persist', outputs: { persisted: { instance: store.name, path: store.location } } };
};

export const c1: Stage = async (context) => {
  checkPreCommit(context);
  const { proven, work } = await provenOf(context);
  const seed = bytes(output<{ Seed: string }>(context, 'seed').Seed);
  const { c1: run } = await builtin();
  return { event: 'C1', outputs: { c1: await run({ ...proven, seed }, work) } };
};

export const c2: Stage = async (context) => {
  checkPreCommit(context);
  const sector = sectorAtHand(context);
  const { proverId } = await builtin();
  const done = await context.process('c2', {
    c1out: output<C1Output>(context, 'c1'),
    prover_id: proverId(sector.miner),
    sector_id: sector.number,
    miner_id: sector.miner,
  });
  return { event: 'C2', outputs: { c2: done } };
};
