import { allOrNothing } from '../files/atomic.js';
import { layerFile, layerPath, layersOf } from '../files/cache.js';
import type { Work } from '../slices.js';
import { type ReplicaOf, replicaIdOf, writeLayer } from './labels.js';

export interface Pc1Task extends ReplicaOf {
  readonly sectorSize: number;
  readonly cacheDir: string;
}

export interface Pc1Output {
  readonly layers: number;
  readonly replicaId: number[];
  /** File names of the layers in the cache directory, first layer first. */
  readonly labels: string[];
}

/** Writes all layers of labels, always from the first: a layer on the disk may belong to another ticket. */
export async function pc1(task: Pc1Task, work: Work): Promise<Pc1Output> {
  const { cacheDir, sectorSize } = task;
  const layers = layersOf(sectorSize);
  const numbers = Array.from({ length: layers }, (_, at) => at + 1);
  const replicaId = [...replicaIdOf(task)];
  return allOrNothing(
    numbers.map((layer) => layerPath(cacheDir, layer)),
    async () => {
      for (const layer of numbers)
        await writeLayer({ dir: cacheDir, replicaId, size: sectorSize, layers }, layer, work);
      return { layers, replicaId, labels: numbers.map(layerFile) };
    },
  );
}
