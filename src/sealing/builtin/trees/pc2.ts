import { allOrNothing, writeAtomically, writeJson } from '../files/atomic.js';
import { cachePath, layerPath } from '../files/cache.js';
import { withInput } from '../files/input.js';
import { Slices, type Work } from '../slices.js';
import { chunkBytes, nodeBytes } from './hash.js';
import type { Pc1Output } from './pc1.js';
import { buildTree } from './tree.js';
import { treeDRoot } from './tree-d.js';
import { xorInto } from './xor.js';

export interface Pc2Task {
  readonly sectorSize: number;
  readonly cacheDir: string;
  readonly stagedPath: string;
  readonly sealedPath: string;
  readonly pc1: Pc1Output;
}

export interface Pc2Output {
  readonly commR: number[];
  readonly commD: number[];
}

/** Encodes the data with the last layer (sealed = staged XOR label), and builds the tree over the sealed sector. */
export async function pc2(task: Pc2Task, work: Work): Promise<Pc2Output> {
  const { cacheDir, sectorSize, sealedPath } = task;
  const treeR = cachePath(cacheDir, 'treeR');
  const persistentAux = cachePath(cacheDir, 'persistentAux');
  const temporaryAux = cachePath(cacheDir, 'temporaryAux');
  return allOrNothing([sealedPath, treeR, persistentAux, temporaryAux], async () => {
    const leafCount = sectorSize / nodeBytes;
    const commD = await treeDRoot(cacheDir);
    // The tree's file starts with the sealed sector.
    const sealed = await encode(task, work);
    const commR = [...(await buildTree(sealedPath, leafCount, treeR, work, sealed))];
    await writeJson(persistentAux, { commR, commD });
    await writeJson(temporaryAux, {
      layers: task.pc1.layers,
      labels: task.pc1.labels,
      replicaId: task.pc1.replicaId,
    });
    return { commR, commD };
  });
}

async function encode(task: Pc2Task, work: Work) {
  const { sectorSize, stagedPath, sealedPath } = task;
  const slices = new Slices(work);
  const data = Buffer.alloc(chunkBytes);
  const labels = Buffer.alloc(chunkBytes);
  return withInput(stagedPath, sectorSize, (staged) =>
    withInput(layerPath(task.cacheDir, task.pc1.layers), sectorSize, (layer) =>
      writeAtomically(sealedPath, async (sealed) => {
        for (let position = 0; position < sectorSize; position += chunkBytes) {
          const length = Math.min(chunkBytes, sectorSize - position);
          staged.read(data, position, length);
          layer.read(labels, position, length);
          xorInto(data, labels, length);
          sealed.write(data.subarray(0, length), position);
          if (slices.isOver) await slices.next({ done: position + length, total: sectorSize, unit: 'bytes' });
        }
        return sealed.passed();
      }),
    ),
  );
}
