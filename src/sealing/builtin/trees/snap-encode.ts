import { wrongData } from '../faults.js';
import { allOrNothing, writeAtomically, writeJson } from '../files/atomic.js';
import { type cacheFiles, cachePath } from '../files/cache.js';
import { withInput } from '../files/input.js';
import { transfer } from '../files/transfer.js';
import { readPersistentAux, refuseForeign } from '../proofs/persistent-aux.js';
import { Slices, type Work } from '../slices.js';
import { chunkBytes, isSameNode, nodeBytes } from './hash.js';
import { buildTree } from './tree.js';
import { commDOf, type PieceAt, treeDRoot } from './tree-d.js';
import { phiOf, UpdateKey } from './update-key.js';
import { xorInto } from './xor.js';

export interface SnapEncodeTask {
  readonly sectorSize: number;
  /** The sector as it was sealed, and its cache; both are only read. */
  readonly sealedPath: string;
  readonly cacheDir: string;
  /** The new data; its tree is already in `newCacheDir`. */
  readonly stagedPath: string;
  readonly pieces: readonly PieceAt[];
  readonly updatePath: string;
  readonly newCacheDir: string;
}

export interface SnapEncodeOutput {
  readonly commRNew: number[];
  readonly commDNew: number[];
}

/**
 * Encodes new data with the old sector, and builds the tree over the result: each node is the data's node XOR H(phi, the old
 * node), with phi = H(CommD of the data, CommR of the old sector).
 * @throws StageError permanent when the root of the data's tree is not the CommD of the pieces
 */
export async function snapEncode(task: SnapEncodeTask, work: Work): Promise<SnapEncodeOutput> {
  const { cacheDir, newCacheDir, sectorSize, updatePath } = task;
  const made = (file: keyof typeof cacheFiles) => cachePath(newCacheDir, file);
  const [treeR, persistentAux] = [made('treeR'), made('persistentAux')];
  return allOrNothing([updatePath, treeR, persistentAux, made('temporaryAux')], async () => {
    await refuseForeign(cacheDir, 'snap_encode');
    const commDNew = await treeDRoot(newCacheDir);
    if (!isSameNode(commDNew, commDOf(task.pieces, sectorSize)))
      throw wrongData(`${newCacheDir} has the tree of other data than these pieces: add the pieces again`);
    const { commR: commROld } = await readPersistentAux(cacheDir);
    await encode(task, phiOf(commDNew, commROld), work);
    const commRNew = [...(await buildTree(updatePath, sectorSize / nodeBytes, treeR, work))];
    await copyOf(cacheDir, newCacheDir, 'temporaryAux', work);
    await writeJson(persistentAux, { commR: commRNew, commD: commDNew });
    return { commRNew, commDNew };
  });
}

/** The labels stay those of the old sector. */
async function copyOf(from: string, to: string, file: keyof typeof cacheFiles, work: Work): Promise<void> {
  const item = (dir: string) => ({ store_name: null, uri: cachePath(dir, file) });
  const quiet = { signal: work.signal, progress: () => undefined };
  await transfer({ stores: {}, routes: [{ src: item(from), dest: item(to), opt: null }] }, quiet);
}

async function encode(task: SnapEncodeTask, phi: Uint8Array, work: Work): Promise<void> {
  const { sectorSize, stagedPath, sealedPath, updatePath } = task;
  const slices = new Slices(work);
  const updateKey = new UpdateKey(phi);
  const [data, old, key] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)];
  await withInput(stagedPath, sectorSize, (staged) =>
    withInput(sealedPath, sectorSize, (sealed) =>
      writeAtomically(updatePath, async (update) => {
        for (let position = 0; position < sectorSize; position += chunkBytes) {
          const length = Math.min(chunkBytes, sectorSize - position);
          staged.read(data, position, length);
          // It is in a store, whose disk may not respond.
          await sealed.readAside(old, position, length);
          updateKey.into(old, key, length);
          xorInto(data, key, length);
          update.write(data.subarray(0, length), position);
          if (slices.isOver) await slices.next({ done: position + length, total: sectorSize, unit: 'bytes' });
        }
      }),
    ),
  );
}
