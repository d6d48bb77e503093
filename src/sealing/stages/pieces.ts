/** Stages that put pieces into a sector, be it new or to be upgraded. */
import { join } from 'node:path';
import { isAt } from '../../disks/stat-if-any.js';
import { StageError } from '../../protocol/level.js';
import { payloadOf } from '../../protocol/sector.js';
import type { Deal } from '../../protocol/sector-answers.js';
import { output, type Stage, type StageContext } from '../stage.js';
import type { PieceFile, PieceInfo } from '../tasks.js';
import { checkCommD } from './answers.js';
import { builtin, registered, sectorWork } from './sector-work.js';

export const addPieces: Stage = async (context) => {
  const { files } = await sectorWork(context);
  const pieces = await stagePieces(context, output<readonly Deal[]>(context, 'deals'), files.staged);
  return { event: 'AddPiece', outputs: { pieces } };
};

export const treeD: Stage = async (context) => {
  const { files } = await sectorWork(context);
  const infos = output<readonly PieceInfo[]>(context, 'pieces');
  await treeOver(context, infos, {
    staged: files.staged,
    cacheDir: files.cacheDir,
    addedFrom: context.record.plan === 'sealer' ? 'DealsAcquired' : 'Allocated',
  });
  return { event: 'BuildTreeD', outputs: { tree_d: true } };
};

/** Writes the deals' pieces, or zeros where there are none, to `staged`. @throws StageError permanent for a piece that is another */
export async function stagePieces(
  context: StageContext,
  deals: readonly Deal[],
  staged: string,
): Promise<readonly PieceInfo[]> {
  const { sector } = await sectorWork(context);
  const { commitmentOfCid } = await builtin();
  // Each becomes a file name: it has to be one.
  const commitments = deals.map(({ Piece }) => commitmentOfCid(Piece.Cid['/']));
  const pledge = {
    piece_file: 'pledge',
    payload_size: payloadOf(sector.size),
    piece_size: payloadOf(sector.size),
  } as const;
  const pieces = await Promise.all(
    deals.map(async ({ Piece, PayloadSize }) => ({
      piece_file: await pieceFile(context, Piece.Cid['/']),
      payload_size: PayloadSize,
      piece_size: payloadOf(Piece.Size),
    })),
  );
  const added = await context.process('add_pieces', {
    seal_proof_type: registered(sector),
    pieces: pieces.length > 0 ? pieces : [pledge],
    staged_filepath: staged,
  });
  for (const [at, deal] of deals.entries()) {
    const cid = deal.Piece.Cid['/'];
    const size = added[at]?.size;
    if (size !== undefined && size !== payloadOf(deal.Piece.Size))
      throw new StageError(
        'permanent',
        `${cid}: add_pieces answers a piece of ${size} bytes, the deal has ${payloadOf(deal.Piece.Size)}: see what the processor did`,
      );
    if (Buffer.from(added[at]?.commitment ?? []).equals(Buffer.from(commitments[at] ?? []))) continue;
    throw new StageError(
      'permanent',
      `${cid}: the data have another commitment than the CID says: fetch the piece again`,
    );
  }
  return added;
}

/** Builds the data tree; `addedFrom` is the state that adds the pieces. @throws StageError permanent when it is not that of the pieces */
export async function treeOver(
  context: StageContext,
  infos: readonly PieceInfo[],
  {
    staged,
    cacheDir,
    addedFrom,
  }: { readonly staged: string; readonly cacheDir: string; readonly addedFrom: string },
): Promise<void> {
  const { sector } = await sectorWork(context);
  const { commDOf, placeInfos, treeDRoot } = await builtin();
  const answered: unknown = await context.process('tree_d', {
    registered_proof: registered(sector),
    staged_file: staged,
    cache_dir: cacheDir,
  });
  // Upstream's newer processors answer the root.
  if (Array.isArray(answered)) await checkCommD(context, 'tree_d', infos, answered);
  const root = await treeDRoot(cacheDir);
  if (!commDOf(placeInfos(infos), sector.size).equals(Buffer.from(root)))
    throw new StageError(
      'permanent',
      `${staged} does not hold the pieces of this sector: resume to ${addedFrom} to add them again`,
    );
}

/** A deal's payload: from a local pieces directory when it is there, else from where the manager says. */
async function pieceFile(context: StageContext, cid: string): Promise<PieceFile> {
  // It becomes a file's name and a part of a URL.
  if (!/^\w+$/.test(cid))
    throw new StageError(
      'permanent',
      `${JSON.stringify(cid)} is not a piece CID: see what the manager has of the sector`,
    );
  for (const dir of context.localPiecesDirs) {
    const local = join(dir, cid);
    if (await isAt(local)) return { local };
  }
  const { url, headers } = await context.service.pieceSource(cid);
  return Object.keys(headers).length > 0 ? { url, headers } : { url };
}
