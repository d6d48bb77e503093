import { rm } from 'node:fs/promises';
import type { Progress } from '../../../protocol/thread.js';
import { type OutputFile, writeAtomically } from '../files/atomic.js';
import { layerPath } from '../files/cache.js';
import { type InputFile, withInput } from '../files/input.js';
import { Slices, type Work } from '../slices.js';
import { chunkBytes, copyNode, hashNode, hashNodeInto, nodeBytes, u64be, wordsOf } from './hash.js';

/** What identifies a replica. `proverId`, `ticket` and `commD` are 32 bytes each. */
export interface ReplicaOf {
  readonly proverId: readonly number[];
  readonly sectorNumber: number;
  readonly ticket: readonly number[];
  readonly commD: readonly number[];
}

/** The id that every label of a sector depends on. */
export function replicaIdOf(replica: ReplicaOf): Buffer {
  const { proverId, sectorNumber, ticket, commD } = replica;
  return hashNode(Buffer.from(proverId), u64be(sectorNumber), Buffer.from(ticket), Buffer.from(commD));
}

interface Layers {
  readonly dir: string;
  readonly replicaId: readonly number[];
  /** How many bytes from the sector's start; a label depends only on earlier ones. */
  readonly size: number;
  /** Total number of layers. */
  readonly layers: number;
}

/** Writes one layer of labels; the layer below must be complete in the same directory. */
export async function writeLayer(task: Layers, layer: number, work: Work): Promise<void> {
  const write = (below: InputFile | undefined) =>
    writeAtomically(layerPath(task.dir, layer), (output) => writeLabels(task, layer, below, output, work));
  if (layer === 1) await write(undefined);
  else await withInput(layerPath(task.dir, layer - 1), task.size, write);
}

/** Makes the layers one after another, keeping no more than two, and returns the path of the last. */
export async function writeLastLayer(task: Layers, work: Work): Promise<string> {
  for (let layer = 1; layer <= task.layers; layer += 1) {
    await writeLayer(task, layer, work);
    await rm(layerPath(task.dir, layer - 1), { force: true });
  }
  return layerPath(task.dir, task.layers);
}

/** Where the parts of a label's preimage begin: replica id, layer, index, label before, label below. */
const at = { replicaId: 0, layer: 32, index: 36, before: 44, below: 76, end: 108 } as const;

async function writeLabels(
  task: Layers,
  layer: number,
  below: InputFile | undefined,
  output: OutputFile,
  work: Work,
): Promise<void> {
  const slices = new Slices(work);
  const preimage = Buffer.from(new ArrayBuffer(at.end));
  preimage.set(task.replicaId, at.replicaId);
  preimage.writeUInt32BE(layer, at.layer);
  const labels = Buffer.alloc(chunkBytes);
  const parents = Buffer.alloc(chunkBytes);
  const [preimageWords, labelWords, parentWords] = [wordsOf(preimage), wordsOf(labels), wordsOf(parents)];
  for (let position = 0; position < task.size; position += chunkBytes) {
    const length = Math.min(chunkBytes, task.size - position);
    below?.read(parents, position, length);
    for (let offset = 0; offset < length; offset += nodeBytes) {
      const index = (position + offset) / nodeBytes;
      preimage.writeUInt32BE(Math.floor(index / 2 ** 32), at.index);
      preimage.writeUInt32BE(index >>> 0, at.index + 4);
      if (below) copyNode(parentWords, offset, preimageWords, at.below);
      hashNodeInto(preimage, labels, offset);
      copyNode(labelWords, offset, preimageWords, at.before);
    }
    output.write(labels.subarray(0, length), position);
    if (slices.isOver) await slices.next(progressOf(task, layer, position + length));
  }
  work.progress(progressOf(task, layer, task.size));
}

/** Layers done, to two decimals. */
function progressOf(task: Layers, layer: number, bytes: number): Progress {
  const done = layer - 1 + Math.floor((bytes / task.size) * 100) / 100;
  return { done, total: task.layers, unit: 'layers' };
}
