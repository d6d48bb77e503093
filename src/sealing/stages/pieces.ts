/** Stages that add pieces to a new sector or to an upgrade. */

import { join } from 'node:path';
import { isAt } from '../../disks/stat-if-any.js';
import { StageError } from '../../protocol/level.js';
import { isPledge } from '../../protocol/pledge.js';
import { payloadOf } from '../../protocol/sector.js';
import type { Deal } from '../../protocol/sector-answers.js';
import { output, type Stage, type StageContext } from '../stage.js';
import type { AddPiecesTask, PieceFile, PieceInfo } from '../tasks.js';
import { checkCommD } from './answers.js';
import { withFillers } from './fillers.js';
import { again, builtin, registered, sectorWork } from './sector-work.js';

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
    addedFrom: again(context, 'AddPieces'),
  });
  return { event: 'BuildTreeD', outputs: { tree_d: true } };
};

/**
 * Writes the deals' pieces to `staged`, and zeros in the gaps. Returns all parts of the sector: pieces and fillers.
 * @throws StageError permanent for a piece whose commitment differs
 */
export async function stagePieces(
  context: StageContext,
  deals: readonly Deal[],
  staged: string,
): Promise<readonly PieceInfo[]> {
  const { sector } = await sectorWork(context);
  const sizes = deals.map(({ Piece }) => Piece.Size);
  const parts = await Promise.all(
    withFillers(sizes, sector.size).map(({ at, paddedSize }) =>
      partOf(context, at === null ? undefined : deals[at], paddedSize),
    ),
  );
  try {
    const added = await context.process('add_pieces', {
      seal_proof_type: registered(sector),
      pieces: parts.map(({ piece }) => piece),
      staged_filepath: staged,
    });
    checkAdded(parts, added);
    return added;
  } catch (thrown) {
    if (!context.signal.aborted) await checkWhoServed(context, parts);
    throw thrown;
  }
}

/**
 * Asks the manager again after a failure: another manager may have taken over the address, and does not have this
 * sector's pieces.
 * @throws what `pieceSource` does
 */
async function checkWhoServed({ service }: StageContext, parts: readonly Part[]): Promise<void> {
  const fetched = parts.find(
    ({ piece: { piece_file } }) => typeof piece_file === 'object' && 'url' in piece_file,
  );
  if (fetched) await service.pieceSource(fetched.name);
}

interface Part {
  readonly piece: AddPiecesTask['pieces'][number];
  /** For messages. */
  readonly name: string;
  readonly commitment: readonly number[];
}

/** The task's part for a deal's piece; zeros for a pledge or a filler. */
async function partOf(context: StageContext, deal: Deal | undefined, paddedSize: number): Promise<Part> {
  const { commitmentOfCid, zerosCommitment } = await builtin();
  const size = payloadOf(paddedSize);
  if (!deal || isPledge(deal))
    return {
      piece: { piece_file: 'pledge', payload_size: size, piece_size: size },
      name: `the filler of ${size} bytes`,
      commitment: zerosCommitment(paddedSize),
    };
  const cid = deal.Piece.Cid['/'];
  // The CID becomes a file name: it must be valid.
  const commitment = commitmentOfCid(cid);
  const piece_file = await pieceFile(context, cid);
  return { piece: { piece_file, payload_size: deal.PayloadSize, piece_size: size }, name: cid, commitment };
}

function checkAdded(parts: readonly Part[], added: readonly PieceInfo[]): void {
  if (added.length !== parts.length)
    throw new StageError(
      'permanent',
      `add_pieces answers ${added.length} pieces, it was asked for ${parts.length}: see what the processor did`,
    );
  for (const [at, { piece, name, commitment }] of parts.entries()) {
    const found = added[at];
    if (found?.size !== piece.piece_size)
      throw new StageError(
        'permanent',
        `${name}: add_pieces answers a piece of ${found?.size} bytes, it was asked for ${piece.piece_size}: see what the processor did`,
      );
    if (Buffer.from(found.commitment).equals(Buffer.from(commitment))) continue;
    throw new StageError(
      'permanent',
      piece.piece_file === 'pledge'
        ? `${name}: add_pieces answers a commitment that is not that of zeros: see what the processor did`
        : `${name}: the data have another commitment than the CID says: fetch the piece again`,
    );
  }
}

/**
 * Builds the data tree; `addedFrom` is the state that adds the pieces.
 * @throws StageError permanent when its root is not the CommD of the pieces
 */
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
  // Upstream's newer processors return the root.
  if (Array.isArray(answered)) await checkCommD(context, 'tree_d', infos, answered);
  const root = await treeDRoot(cacheDir);
  if (!commDOf(placeInfos(infos), sector.size).equals(Buffer.from(root)))
    throw new StageError(
      'permanent',
      `${staged} does not hold the pieces of this sector: resume to ${addedFrom} to add them again`,
    );
}

/** A deal's payload: from a local pieces directory if it is there, else from the source that the manager names. */
async function pieceFile(context: StageContext, cid: string): Promise<PieceFile> {
  // It becomes a file name and a part of a URL.
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
