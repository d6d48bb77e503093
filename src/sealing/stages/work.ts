/** Stages of heavy work: the built-in processors over the sector's files. Loaded when the first of them runs. */
import { createReadStream, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SealvisorError } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import type { Deal, Ticket } from '../../protocol/sealer.js';
import type { AddPiecesOutput, C1Output, Pc1Output, Pc2Output } from '../builtin/index.js';
import { sectorFiles } from '../sector-files.js';
import { output, type Stage, type StageContext, sectorAtHand } from '../stage.js';

const builtin = () => import('../builtin/index.js');
const bytes = (base64: string) => [...Buffer.from(base64, 'base64')];

async function desk(context: StageContext) {
  const sector = sectorAtHand(context);
  const files = sectorFiles(context.location, sector.id);
  await mkdir(files.cacheDir, { recursive: true });
  return { sector, files, work: { signal: context.signal, progress: context.progress } };
}

/** A deal's payload: from a local pieces directory when it is there, else from where the manager says. */
async function openPiece(context: StageContext, cid: string): Promise<AsyncIterable<Uint8Array>> {
  const local = context.localPiecesDirs.map((dir) => join(dir, cid)).find((path) => existsSync(path));
  if (local) return createReadStream(local);
  const { url, headers } = await context.service.pieceSource(cid);
  const answer = await fetch(url, { headers, signal: context.signal }).catch((cause: unknown) => {
    context.signal.throwIfAborted();
    throw new SealvisorError('unreachable', `cannot fetch piece ${cid} from ${url}`, { cause });
  });
  if (answer.ok && answer.body) return answer.body;
  await answer.body?.cancel();
  const why = answer.status === 404 ? 'it is no longer there' : `the manager answered ${answer.status}`;
  throw new StageError(
    'permanent',
    `piece ${cid} cannot be fetched: ${why}; put the file back and resume, or give the sector up with --state Aborted`,
  );
}

export const addPieces: Stage = async (context) => {
  const { sector, files, work } = await desk(context);
  const deals = output<readonly Deal[]>(context, 'deals');
  const pieces = deals.map((deal) => ({
    cid: deal.Piece.Cid['/'],
    payloadSize: deal.PayloadSize,
    paddedSize: deal.Piece.Size,
    open: () => openPiece(context, deal.Piece.Cid['/']),
  }));
  const { addPieces: run } = await builtin();
  const added = await run({ sectorSize: sector.size, pieces, stagedPath: files.staged }, work);
  return { event: 'AddPiece', outputs: { pieces: added } };
};

export const treeD: Stage = async (context) => {
  const { sector, files, work } = await desk(context);
  const { pieces } = output<AddPiecesOutput>(context, 'pieces');
  const { treeD: run } = await builtin();
  const built = await run(
    { sectorSize: sector.size, stagedPath: files.staged, cacheDir: files.cacheDir, pieces },
    work,
  );
  return { event: 'BuildTreeD', outputs: { tree_d: built } };
};

async function replicaOf(context: StageContext) {
  const sector = sectorAtHand(context);
  return {
    sectorSize: sector.size,
    proverId: (await builtin()).proverId(sector.miner),
    sectorNumber: sector.number,
    ticket: bytes(output<Ticket>(context, 'ticket').Ticket),
    commD: output<{ commD: number[] }>(context, 'tree_d').commD,
  };
}

export const pc1: Stage = async (context) => {
  const { files, work } = await desk(context);
  const { pc1: run } = await builtin();
  const labelled = await run({ ...(await replicaOf(context)), cacheDir: files.cacheDir }, work);
  return { event: 'PC1', outputs: { pc1: labelled } };
};

export const pc2: Stage = async (context) => {
  const { sector, files, work } = await desk(context);
  const { pc2: run, writeManifest } = await builtin();
  const labelled = output<Pc1Output>(context, 'pc1');
  const sealed = await run(
    {
      sectorSize: sector.size,
      cacheDir: files.cacheDir,
      stagedPath: files.staged,
      sealedPath: files.sealed,
      pc1: labelled,
    },
    work,
  );
  const { proverId, ticket } = await replicaOf(context);
  await writeManifest(files.cacheDir, {
    version: 1,
    processor: 'dev',
    miner: sector.miner,
    number: sector.number,
    sectorSize: sector.size,
    proofType: sector.proofType,
    proverId,
    ticket,
    layers: labelled.layers,
    commD: sealed.commD,
    commR: sealed.commR,
    replicaId: labelled.replicaId,
    pieces: output<AddPiecesOutput>(context, 'pieces').pieces,
  });
  return { event: 'PC2', outputs: { pc2: sealed } };
};

export const syntheticProof: Stage = async (context) => {
  const { sector, files, work } = await desk(context);
  const { synthProof } = await builtin();
  const { commD, commR } = output<Pc2Output>(context, 'pc2');
  const { replicaId } = output<Pc1Output>(context, 'pc1');
  await synthProof({ sectorSize: sector.size, cacheDir: files.cacheDir, replicaId, commD, commR }, work);
  return { event: 'SyntheticPoRep' };
};

/** Copies into the first attached store that can be written, compared byte for byte; the local files go at the end. */
export const persist: Stage = async (context) => {
  const { sector, files, work } = await desk(context);
  const store = context.stores.find((each) => !each.readonly);
  if (!store)
    throw new StageError(
      'permanent',
      'no attached store can be written: add an [[attached]] store and resume',
    );
  const { persist: run } = await builtin();
  await run(
    { sealedPath: files.sealed, cacheDir: files.cacheDir, storePath: store.location, sectorId: sector.id },
    work,
  );
  return { event: 'Persist', outputs: { persisted: { instance: store.name, path: store.location } } };
};

export const c1: Stage = async (context) => {
  const { sector, files, work } = await desk(context);
  const { commD, commR } = output<Pc2Output>(context, 'pc2');
  const { replicaId } = output<Pc1Output>(context, 'pc1');
  const seed = bytes(output<{ Seed: string }>(context, 'seed').Seed);
  const { c1: run } = await builtin();
  const proofs = await run(
    { sectorSize: sector.size, cacheDir: files.cacheDir, seed, replicaId, commD, commR },
    work,
  );
  return { event: 'C1', outputs: { c1: proofs } };
};

export const c2: Stage = async (context) => {
  const { sector, work } = await desk(context);
  const { c2: run, proverId } = await builtin();
  const proof = await run(
    { c1: output<C1Output>(context, 'c1'), proverId: proverId(sector.miner), sectorNumber: sector.number },
    work,
  );
  return { event: 'C2', outputs: { c2: proof } };
};
