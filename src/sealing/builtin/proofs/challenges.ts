import { access } from 'node:fs/promises';
import { cachePath, layerPath, layersOf } from '../files/cache.js';
import { InputFile } from '../files/input.js';
import { Slices, type Work } from '../slices.js';
import { hashNode, isSameNode, nodeBytes, u64be } from '../trees/hash.js';
import { type InclusionProof, proofFrom, treeSize, verifyInclusion } from '../trees/tree.js';

/** The proof for one challenged node: its inclusion in both trees, and its label in every layer, first layer first. */
export interface VanillaProof {
  readonly data: InclusionProof;
  readonly sealed: InclusionProof;
  readonly labels: number[][];
}

export interface ProvenSector {
  readonly sectorSize: number;
  readonly cacheDir: string;
}

/** `count` leaf indexes drawn from a seed, the same at every call. */
export function drawChallenges(seed: Uint8Array, count: number, leafCount: number): number[] {
  return Array.from({ length: count }, (_, at) => hashNode(seed, u64be(at)).readUIntBE(0, 6) % leafCount);
}

/** Reads the vanilla proofs for the given leaves from the cache directory. */
export async function proveLeaves(
  sector: ProvenSector,
  indexes: readonly number[],
  work: Work,
): Promise<VanillaProof[]> {
  const { sectorSize, cacheDir } = sector;
  const leafCount = sectorSize / nodeBytes;
  const slices = new Slices(work);
  const opened: InputFile[] = [];
  const open = async (path: string, size: number) => {
    const input = await InputFile.open(path, size);
    opened.push(input);
    return input;
  };
  try {
    const data = await open(cachePath(cacheDir, 'treeD'), treeSize(leafCount));
    const sealed = await open(cachePath(cacheDir, 'treeR'), treeSize(leafCount));
    const layers: InputFile[] = [];
    for (let layer = 1; layer <= layersOf(sectorSize); layer += 1)
      layers.push(await open(layerPath(cacheDir, layer), sectorSize));
    const proofs: VanillaProof[] = [];
    for (const index of indexes) {
      proofs.push({
        data: proofFrom(data, leafCount, index),
        sealed: proofFrom(sealed, leafCount, index),
        labels: layers.map((layer) => nodeOf(layer, index)),
      });
      const progress = { done: proofs.length, total: indexes.length, unit: 'challenges' };
      if (slices.isOver) await slices.next(progress);
      else work.progress(progress);
    }
    return proofs;
  } finally {
    for (const input of opened) await input.close();
  }
}

/** What is wrong with a vanilla proof; undefined when nothing is. */
export function faultOf(
  { data, sealed, labels }: VanillaProof,
  commD: readonly number[],
  commR: readonly number[],
): string | undefined {
  if (data.index !== sealed.index || data.path.length !== sealed.path.length)
    return 'its two proofs are of two leaves';
  if (!verifyInclusion(commD, data)) return 'the data leaf is not under CommD';
  if (!verifyInclusion(commR, sealed)) return 'the sealed leaf is not under CommR';
  const label = labels.at(-1) ?? [];
  const encoded = data.leaf.map((byte, at) => byte ^ (label[at] ?? 0));
  return isSameNode(encoded, sealed.leaf) ? undefined : 'the sealed leaf is not the data leaf XOR its label';
}

/** Whether the layers have not been removed yet. */
export async function hasLayers({ cacheDir, sectorSize }: ProvenSector): Promise<boolean> {
  return access(layerPath(cacheDir, layersOf(sectorSize))).then(
    () => true,
    () => false,
  );
}

function nodeOf(input: InputFile, index: number): number[] {
  const node = Buffer.alloc(nodeBytes);
  input.read(node, index * nodeBytes, nodeBytes);
  return [...node];
}
