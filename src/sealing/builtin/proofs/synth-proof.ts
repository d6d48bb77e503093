import { readRegular } from '../../../disks/regular-file.js';
import { faultAt, wrongData } from '../faults.js';
import { writeJson } from '../files/atomic.js';
import { cachePath } from '../files/cache.js';
import type { Work } from '../slices.js';
import { nodeBytes } from '../trees/hash.js';
import { drawChallenges, faultOf, type ProvenSector, proveLeaves, type VanillaProof } from './challenges.js';

const syntheticCount = 18;

/** The leaves whose proofs are written; they depend only on the replica. */
export function syntheticLeaves({
  replicaId,
  sectorSize,
}: Pick<SynthProofTask, 'replicaId' | 'sectorSize'>): readonly number[] {
  return drawChallenges(Buffer.from(replicaId), syntheticCount, sectorSize / nodeBytes);
}

export interface SynthProofTask extends ProvenSector {
  readonly replicaId: readonly number[];
  readonly commD: readonly number[];
  readonly commR: readonly number[];
}

/**
 * Writes the proofs for challenges that depend only on the replica, so that the layers can be removed before the seed is known.
 * @throws StageError permanent when C2 would refuse one of them, while the layers are still there
 */
export async function synthProof(task: SynthProofTask, work: Work): Promise<Record<string, never>> {
  const proofs = await proveLeaves(task, syntheticLeaves(task), work);
  for (const proof of proofs) {
    const fault = faultOf(proof, task.commD, task.commR);
    if (fault) throw wrongData(`Leaf ${proof.data.index}: ${fault}: seal the sector again`);
  }
  await writeJson(cachePath(task.cacheDir, 'syntheticProofs'), proofs);
  return {};
}

/** Far more than the proofs of any sector need. */
const limits = { mostBytes: 16 * 1024 * 1024 };

/** The proofs `synthProof` wrote. @throws StageError critical when missing, permanent when broken */
export async function readSyntheticProofs(cacheDir: string): Promise<VanillaProof[]> {
  const path = cachePath(cacheDir, 'syntheticProofs');
  const bytes = await readRegular(path, limits).catch((thrown: unknown) => {
    throw faultAt(path, thrown);
  });
  try {
    // Written by this program, atomically; C2 verifies every value in it.
    return JSON.parse(bytes.toString()) as VanillaProof[];
  } catch {
    throw wrongData(`${path} is broken: seal the sector again`);
  }
}
