import { createHash } from 'node:crypto';
import { systemCodeOf } from '../../../protocol/errors.js';
import { StageError } from '../../../protocol/level.js';
import { wrongData } from '../faults.js';
import { cachePath } from '../files/cache.js';
import { type InputFile, withInput } from '../files/input.js';
import { Slices, type Work } from '../slices.js';
import { chunkBytes, hashNode, nodeBytes, PairHasher, u64be } from '../trees/hash.js';
import { pathFrom, treeSize, verifyInclusion } from '../trees/tree.js';
import { drawChallenges } from './challenges.js';
import { condensed } from './condensed.js';
import { foreignText, isForeignCache } from './persistent-aux.js';

export interface Replica {
  readonly sectorNumber: number;
  readonly commR: readonly number[];
  readonly cacheDir: string;
  readonly sealedPath: string;
}

export interface WindowPostTask {
  readonly sectorSize: number;
  readonly miner: number;
  /** The chain's randomness: 32 bytes. */
  readonly seed: readonly number[];
  readonly replicas: readonly Replica[];
}

export interface WindowPostOutput {
  /** One for all sound replicas; empty when no replica is sound. */
  readonly proofs: number[][];
  /** Sector numbers, in the order of the task. */
  readonly faults: number[];
}

/**
 * How many chunks of 64 KiB are challenged: all of a sector up to 8 MiB, so that any wrong byte is found. In a larger sector
 * the seed draws this many, different ones in each period: damage to 1 % of it is found with a probability of about 72 %,
 * damage to 5 % almost always.
 */
const challengedChunks = 128;

/** Faults of this machine, not of a sector: no sector is declared faulty because of them. */
const ownFaults = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * Hashes challenged chunks of each sealed file up to its CommR. A replica that is missing, short or damaged is a fault, not
 * an error; the others are still proven.
 * @throws StageError permanent when another program sealed one: it may be sound, so it is not declared faulty
 */
export async function windowPost(task: WindowPostTask, work: Work): Promise<WindowPostOutput> {
  const { replicas, seed, miner, sectorSize } = task;
  await refuseForeignReplicas(replicas);
  const faults: number[] = [];
  const shown = createHash('sha256').update(u64be(miner)).update(Buffer.from(seed));
  const hasher = new PairHasher();
  for (const [at, replica] of replicas.entries()) {
    try {
      const roots = await provenChunks(replica, sectorSize, Buffer.from(seed), hasher, work);
      shown.update(u64be(replica.sectorNumber)).update(Buffer.from(replica.commR));
      for (const root of roots) shown.update(root);
    } catch (thrown) {
      if (!isOfReplica(thrown, work.signal)) throw thrown;
      faults.push(replica.sectorNumber);
    }
    work.progress({ done: at + 1, total: replicas.length, unit: 'sectors' });
  }
  return { proofs: faults.length < replicas.length ? [condensed(shown.digest())] : [], faults };
}

async function refuseForeignReplicas(replicas: readonly Replica[]): Promise<void> {
  for (const { sectorNumber, cacheDir } of replicas)
    if (await isForeignCache(cacheDir))
      throw wrongData(`sector ${sectorNumber}: ${foreignText(cacheDir, 'window_post')}`);
}

function isOfReplica(thrown: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || ownFaults.has(systemCodeOf(thrown) ?? '')) return false;
  return thrown instanceof StageError || systemCodeOf(thrown) !== undefined;
}

/** The roots of the challenged chunks. @throws StageError when one does not lead to CommR */
async function provenChunks(
  { sectorNumber, commR, cacheDir, sealedPath }: Replica,
  sectorSize: number,
  seed: Buffer,
  hasher: PairHasher,
  work: Work,
): Promise<Buffer[]> {
  const leafCount = sectorSize / nodeBytes;
  const length = Math.min(chunkBytes, sectorSize);
  const level = Math.log2(length / nodeBytes);
  const slices = new Slices(work);
  return withInput(sealedPath, sectorSize, (sealed) =>
    withInput(cachePath(cacheDir, 'treeR'), treeSize(leafCount), async (tree) => {
      const roots: Buffer[] = [];
      for (const index of challengesOf(sectorSize / length, hashNode(seed, u64be(sectorNumber)))) {
        const root = await chunkRoot(sealed, index * length, length, hasher);
        const path = pathFrom(tree, leafCount, level, index);
        if (!verifyInclusion(commR, { index, leaf: [...root], path }))
          throw wrongData(`${sealedPath} is damaged at byte ${index * length}`);
        roots.push(root);
        if (slices.isOver) await slices.next();
      }
      return roots;
    }),
  );
}

function challengesOf(chunkCount: number, seed: Buffer): number[] {
  if (chunkCount > challengedChunks) return drawChallenges(seed, challengedChunks, chunkCount);
  return Array.from({ length: chunkCount }, (_, at) => at);
}

/** The root over a chunk of the sealed file. */
async function chunkRoot(
  sealed: InputFile,
  position: number,
  length: number,
  hasher: PairHasher,
): Promise<Buffer> {
  await sealed.readAside(hasher.bytes, position, length);
  // Each level overwrites the one it is hashed from: writes never get ahead of reads.
  for (let width = length; width > nodeBytes; width /= 2) hasher.hashInto(width / 64, hasher.bytes);
  return Buffer.from(hasher.bytes.subarray(0, nodeBytes));
}
