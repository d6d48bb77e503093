import type { Work } from '../slices.js';
import { nodeBytes } from '../trees/hash.js';
import {
  drawChallenges,
  hasLayers,
  type ProvenSector,
  proveLeaves,
  type VanillaProof,
} from './challenges.js';
import { readSyntheticProofs, syntheticLeaves } from './synth-proof.js';

const defaultChallenges = 10;

export interface C1Task extends ProvenSector {
  /** The chain's randomness: 32 bytes. */
  readonly seed: readonly number[];
  readonly replicaId: readonly number[];
  readonly commD: readonly number[];
  readonly commR: readonly number[];
  /** Whether the proofs are drawn from those that synth_proof wrote, as the sector's proof type requires. @default false */
  readonly isSynthetic?: boolean;
  /** How many leaves are challenged. @default 10 */
  readonly challenges?: number;
}

export interface C1Output {
  readonly challenges: VanillaProof[];
  readonly commD: number[];
  readonly commR: number[];
}

/**
 * Collects the vanilla proofs for the seed's challenges; for a synthetic sector, or if the layers are gone, from the
 * synthetic proofs.
 */
export async function c1(task: C1Task, work: Work): Promise<C1Output> {
  const { challenges: count = defaultChallenges, commD, commR } = task;
  const seed = Buffer.from([...task.seed, ...task.replicaId]);
  return { challenges: await collect(task, seed, count, work), commD: [...commD], commR: [...commR] };
}

/** The leaves that a seed challenges; for a sector that is not synthetic, this assumes that the layers are still there. */
export function leavesOf({
  seed,
  replicaId,
  sectorSize,
  isSynthetic = false,
}: Pick<C1Task, 'seed' | 'replicaId' | 'sectorSize' | 'isSynthetic'>): readonly number[] {
  const drawn = (among: number) =>
    drawChallenges(Buffer.from([...seed, ...replicaId]), defaultChallenges, among);
  if (!isSynthetic) return drawn(sectorSize / nodeBytes);
  const known = syntheticLeaves({ replicaId, sectorSize });
  return drawn(known.length).flatMap((at) => known[at] ?? []);
}

async function collect(task: C1Task, seed: Buffer, count: number, work: Work): Promise<VanillaProof[]> {
  if (task.isSynthetic !== true && (await hasLayers(task)))
    return proveLeaves(task, drawChallenges(seed, count, task.sectorSize / nodeBytes), work);
  const known = await readSyntheticProofs(task.cacheDir);
  return drawChallenges(seed, count, known.length).flatMap((at) => known[at] ?? []);
}
