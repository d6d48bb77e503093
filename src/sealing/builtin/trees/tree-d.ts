import { zeroNode } from '../../../protocol/zero-node.js';
import type { PieceInfo } from '../../tasks.js';
import { wrongData } from '../faults.js';
import { allOrNothing } from '../files/atomic.js';
import { cachePath } from '../files/cache.js';
import { withInput } from '../files/input.js';
import type { PlacedPiece } from '../pieces/add-pieces.js';
import { quadPadded, quadPayload } from '../pieces/fr32.js';
import type { Work } from '../slices.js';
import { hashNode, heightOf, isSameNode, nodeBytes } from './hash.js';
import { buildTree } from './tree.js';

export interface TreeDTask {
  readonly sectorSize: number;
  readonly stagedPath: string;
  readonly cacheDir: string;
  /** The pieces whose CommD the root must be. @default the root is not checked */
  readonly pieces?: readonly PieceAt[];
}

/** A piece's position in the sector, in padded bytes. */
export type PieceAt = Pick<PlacedPiece, 'commitment' | 'offset' | 'paddedSize'>;

export interface TreeDOutput {
  readonly commD: number[];
}

/** Builds the data tree. @throws StageError permanent when its root is not the CommD of the pieces */
export async function treeD(task: TreeDTask, work: Work): Promise<TreeDOutput> {
  const path = cachePath(task.cacheDir, 'treeD');
  return allOrNothing([path], async () => {
    const commD = await buildTree(task.stagedPath, task.sectorSize / nodeBytes, path, work);
    if (task.pieces && !isSameNode(commD, commDOf(task.pieces, task.sectorSize)))
      throw wrongData(`${task.stagedPath} does not hold the pieces of this sector: add the pieces again`);
    return { commD: [...commD] };
  });
}

/** CommD from the pieces' commitments; the gaps between pieces are zeros. */
export function commDOf(pieces: readonly PieceAt[], sectorSize: number): Buffer {
  const nodeAt = (offset: number, size: number): Buffer => {
    const inside = pieces.filter(
      (piece) => piece.offset < offset + size && piece.offset + piece.paddedSize > offset,
    );
    const [first] = inside;
    if (!first) return zeroNode(heightOf(size));
    if (inside.length === 1 && first.offset === offset && first.paddedSize === size)
      return Buffer.from(first.commitment);
    if (size <= 128)
      throw wrongData(`the pieces overlap at byte ${offset} of the sector: add the pieces again`);
    return hashNode(nodeAt(offset, size / 2), nodeAt(offset + size / 2, size / 2));
  };
  return nodeAt(0, sectorSize);
}

/** The positions of pieces that were added in this order: each at the next multiple of its size. */
export function placeInfos(infos: readonly PieceInfo[]): readonly PieceAt[] {
  let end = 0;
  return infos.map(({ commitment, size }) => {
    const paddedSize = (size / quadPayload) * quadPadded;
    const offset = Math.ceil(end / paddedSize) * paddedSize;
    end = offset + paddedSize;
    return { commitment: [...commitment], offset, paddedSize };
  });
}

/** CommP of a piece of zeros, `paddedSize` bytes in the sector. */
export function zerosCommitment(paddedSize: number): number[] {
  return [...zeroNode(heightOf(paddedSize))];
}

/** The root of a data tree's file: its last node. */
export async function treeDRoot(cacheDir: string): Promise<number[]> {
  return withInput(cachePath(cacheDir, 'treeD'), undefined, async (tree) => {
    const node = Buffer.alloc(nodeBytes);
    tree.read(node, tree.size - nodeBytes, nodeBytes);
    return [...node];
  });
}
