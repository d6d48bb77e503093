import { createHash, type Hash } from 'node:crypto';
import { writeAtomically } from '../files/atomic.js';
import { type InputFile, withInput } from '../files/input.js';
import { Slices, type Work } from '../slices.js';
import { chunkBytes, hashNode, isSameNode, nodeBytes, PairHasher } from './hash.js';

/** Proves that `leaf` is leaf `index` of a tree; `path` has the siblings on the way up, lowest first. */
export interface InclusionProof {
  readonly index: number;
  readonly leaf: number[];
  readonly path: number[][];
}

/** Position of a level (0: the leaves) in a tree file of `leafCount` leaves: all levels one after another. */
function levelOffset(leafCount: number, level: number): number {
  return nodeBytes * (2 * leafCount - (2 * leafCount) / 2 ** level);
}

/** Bytes of a tree file. */
export function treeSize(leafCount: number): number {
  return nodeBytes * (2 * leafCount - 1);
}

/**
 * Writes the binary tree over the nodes of `leafPath` (`leafCount`, a power of two) and returns its root. `leavesPassed` is
 * the SHA-256 state after the leaves, if they were just written: they are then not digested again.
 */
export async function buildTree(
  leafPath: string,
  leafCount: number,
  treePath: string,
  work: Work,
  leavesPassed?: Hash,
): Promise<Buffer> {
  const slices = new Slices(work);
  const pairs = new PairHasher();
  const parents = Buffer.alloc(chunkBytes / 2);
  const total = leafCount - 1;
  let done = 0;
  return withInput(leafPath, leafCount * nodeBytes, (leaves) =>
    writeAtomically(treePath, async (tree) => {
      // Each level is digested while the level above it is built: all levels and the root are the file from start to end.
      const digest = leavesPassed ?? createHash('sha256');
      for (let level = 0, width = leafCount; width > 1; level += 1, width /= 2) {
        const from = levelOffset(leafCount, level);
        const to = levelOffset(leafCount, level + 1);
        for (let at = 0; at < width * nodeBytes; at += chunkBytes) {
          const length = Math.min(chunkBytes, width * nodeBytes - at);
          if (level === 0) {
            leaves.read(pairs.bytes, at, length);
            tree.write(pairs.bytes.subarray(0, length), at);
          } else tree.read(pairs.bytes, from + at, length);
          if (level > 0 || !leavesPassed) digest.update(pairs.bytes.subarray(0, length));
          pairs.hashInto(length / 64, parents);
          tree.write(parents.subarray(0, length / 2), to + at / 2);
          done += length / 64;
          if (slices.isOver) await slices.next({ done, total, unit: 'nodes' });
        }
      }
      work.progress({ done, total, unit: 'nodes' });
      tree.isDigested(digest.update(parents.subarray(0, nodeBytes)).digest('hex'));
      return Buffer.from(parents.subarray(0, nodeBytes));
    }),
  );
}

/** The proof for one leaf, read from an open tree file. */
export function proofFrom(tree: InputFile, leafCount: number, index: number): InclusionProof {
  return { index, leaf: nodeAt(tree, leafCount, 0, index), path: pathFrom(tree, leafCount, 0, index) };
}

/** The siblings on the way up from node `index` of level `from`, lowest first. */
export function pathFrom(tree: InputFile, leafCount: number, from: number, index: number): number[][] {
  const path: number[][] = [];
  for (let level = from; 2 ** level < leafCount; level += 1)
    path.push(nodeAt(tree, leafCount, level, Math.floor(index / 2 ** (level - from)) ^ 1));
  return path;
}

function nodeAt(tree: InputFile, leafCount: number, level: number, index: number): number[] {
  const node = Buffer.alloc(nodeBytes);
  tree.read(node, levelOffset(leafCount, level) + index * nodeBytes, nodeBytes);
  return [...node];
}

/** The proof for one leaf of a tree file. */
export async function inclusionProof(
  treeFile: string,
  leafCount: number,
  index: number,
): Promise<InclusionProof> {
  return withInput(treeFile, treeSize(leafCount), async (tree) => proofFrom(tree, leafCount, index));
}

/** Whether the proof leads to `root`. */
export function verifyInclusion(root: ArrayLike<number>, proof: InclusionProof): boolean {
  let node: Uint8Array = Uint8Array.from(proof.leaf);
  let at = proof.index;
  for (const neighbour of proof.path) {
    const other = Uint8Array.from(neighbour);
    node = at % 2 === 0 ? hashNode(node, other) : hashNode(other, node);
    at = Math.floor(at / 2);
  }
  return at === 0 && isSameNode(node, root);
}
