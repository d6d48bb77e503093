import { wrongData } from '../faults.js';
import { cachePath } from '../files/cache.js';
import { withInput } from '../files/input.js';
import { Slices, type Work } from '../slices.js';
import { hashNode, isSameNode, nodeBytes } from '../trees/hash.js';
import { type InclusionProof, proofFrom, treeSize, verifyInclusion } from '../trees/tree.js';
import { phiOf } from '../trees/update-key.js';
import { drawChallenges } from './challenges.js';

/** The proof for one challenged node of an upgrade: its inclusion in the old sector, the new sector and the data. */
export interface UpdateProof {
  readonly old: InclusionProof;
  readonly sealed: InclusionProof;
  readonly data: InclusionProof;
}

/** The commitments of an upgrade; 32 bytes each. */
export interface UpdateCommitments {
  readonly commROld: readonly number[];
  readonly commRNew: readonly number[];
  readonly commDNew: readonly number[];
}

export interface UpdateProofTask extends UpdateCommitments {
  readonly sectorSize: number;
  /** Of the sector before the upgrade. */
  readonly cacheDir: string;
  readonly newCacheDir: string;
}

const challengeCount = 10;

/** Collects the vanilla proofs of an upgrade. The challenges follow from the commitments. */
export async function proveUpdate(task: UpdateProofTask, work: Work): Promise<UpdateProof[]> {
  const leafCount = task.sectorSize / nodeBytes;
  const tree = <T>(dir: string, file: 'treeR' | 'treeD', body: Parameters<typeof withInput<T>>[2]) =>
    withInput(cachePath(dir, file), treeSize(leafCount), body);
  const indexes = challengesOf(task, leafCount);
  const slices = new Slices(work);
  return tree(task.cacheDir, 'treeR', (old) =>
    tree(task.newCacheDir, 'treeR', (sealed) =>
      tree(task.newCacheDir, 'treeD', async (data) => {
        const proofs: UpdateProof[] = [];
        for (const index of indexes) {
          proofs.push({
            old: proofFrom(old, leafCount, index),
            sealed: proofFrom(sealed, leafCount, index),
            data: proofFrom(data, leafCount, index),
          });
          if (slices.isOver) await slices.next();
        }
        return proofs;
      }),
    ),
  );
}

/** @throws StageError permanent for the first wrong proof, or when the proofs do not match the challenges */
export async function verifyUpdate(
  proofs: readonly UpdateProof[],
  commitments: UpdateCommitments,
  sectorSize: number,
  work: Work,
): Promise<void> {
  const slices = new Slices(work);
  const phi = phiOf(commitments.commDNew, commitments.commROld);
  const indexes = challengesOf(commitments, sectorSize / nodeBytes);
  if (proofs.length !== indexes.length)
    throw wrongData(`the upgrade has ${proofs.length} proofs instead of ${indexes.length}: encode it again`);
  for (const [at, index] of indexes.entries()) {
    const proof = proofs[at];
    const fault = proof ? faultOf(proof, index, commitments, phi) : 'it is missing';
    if (fault) throw wrongData(`Leaf ${index}: ${fault}: encode the upgrade again`);
    const progress = { done: at + 1, total: indexes.length, unit: 'challenges' };
    if (slices.isOver) await slices.next(progress);
    else work.progress(progress);
  }
}

function challengesOf({ commROld, commRNew, commDNew }: UpdateCommitments, leafCount: number): number[] {
  const seed = hashNode(Buffer.from([...commROld, ...commRNew, ...commDNew]));
  return drawChallenges(seed, challengeCount, leafCount);
}

function faultOf(
  { old, sealed, data }: UpdateProof,
  index: number,
  { commROld, commRNew, commDNew }: UpdateCommitments,
  phi: Buffer,
): string | undefined {
  if ([old, sealed, data].some((each) => each.index !== index || each.path.length !== data.path.length))
    return 'its proofs are of other leaves';
  if (!verifyInclusion(commROld, old)) return 'the old leaf is not under the old CommR';
  if (!verifyInclusion(commRNew, sealed)) return 'the new leaf is not under the new CommR';
  if (!verifyInclusion(commDNew, data)) return 'the data leaf is not under the new CommD';
  const key = hashNode(phi, Buffer.from(old.leaf));
  const encoded = data.leaf.map((byte, at) => byte ^ (key[at] ?? 0));
  return isSameNode(encoded, sealed.leaf) ? undefined : 'the new leaf is not the data leaf XOR its key';
}
