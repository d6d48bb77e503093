/** Decodes the data of a sealed sector with its labels; of an upgraded one, with the sector before the upgrade. */
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeOne } from '../../../disks/make-below.js';
import { faultAt } from '../faults.js';
import { layersOf } from '../files/cache.js';
import { type InputFile, withInput } from '../files/input.js';
import { quadPadded, quadPayload, unpadInto } from '../pieces/fr32.js';
import type { Work } from '../slices.js';
import { chunkBytes } from './hash.js';
import { writeLastLayer } from './labels.js';
import { UpdateKey } from './update-key.js';
import { xorInto } from './xor.js';

export interface SealedData {
  readonly sectorSize: number;
  /** The sealed file, or the upgraded one. */
  readonly path: string;
  /** The replica id of the labels, also for an upgraded sector. */
  readonly replicaId: readonly number[];
  /** For an upgraded sector: its key depends on it. The sector was sealed empty before, so its bytes were its labels. */
  readonly phi: Uint8Array | null;
}

/** A range of the payload, unpadded bytes. */
export interface PayloadRange {
  readonly offset: number;
  readonly size: number;
}

export interface Decoder {
  /** The payload in chunks; a chunk is valid until the next one. */
  payloadOf(range: PayloadRange): AsyncGenerator<Buffer, void>;
}

/** How many bytes of the sector, from its start, hold the payload's first `end` bytes. */
function paddedEnd(end: number): number {
  return Math.ceil(end / quadPayload) * quadPadded;
}

/**
 * Runs `body` with a decoder for the payload's first `end` bytes. The labels are made again in `labelDir`, which is removed
 * at the end; leftovers of a killed attempt are removed first.
 */
export async function withDecoder<T>(
  sealed: SealedData,
  { end, labelDir }: { readonly end: number; readonly labelDir: string },
  work: Work,
  body: (decoder: Decoder) => Promise<T>,
): Promise<T> {
  const { sectorSize, replicaId } = sealed;
  const size = paddedEnd(end);
  await freshDirectory(labelDir);
  try {
    const layers = { dir: labelDir, replicaId, size, layers: layersOf(sectorSize) };
    const labels = await writeLastLayer(layers, work);
    return await withInput(sealed.path, sectorSize, (input) =>
      withInput(labels, size, (key) => body({ payloadOf: (range) => payloadOf(sealed, input, key, range) })),
    );
  } finally {
    await rm(labelDir, { recursive: true, force: true });
  }
}

async function freshDirectory(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
    // As for any output: its directory is created, but never the parent of that.
    await makeOne(dirname(path));
    await makeOne(path);
  } catch (thrown) {
    throw faultAt(dirname(path), thrown);
  }
}

async function* payloadOf(
  { phi }: SealedData,
  sealed: InputFile,
  labels: InputFile,
  { offset, size }: PayloadRange,
): AsyncGenerator<Buffer, void> {
  const updateKey = phi && new UpdateKey(phi);
  const [data, old, key] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)];
  const payload = Buffer.alloc((chunkBytes / quadPadded) * quadPayload);
  const end = paddedEnd(offset + size);
  let skip = offset % quadPayload;
  let left = size;
  for (let at = Math.floor(offset / quadPayload) * quadPadded; at < end; at += chunkBytes) {
    const length = Math.min(chunkBytes, end - at);
    // It is in a store, whose disk may not respond.
    await sealed.readAside(data, at, length);
    labels.read(old, at, length);
    updateKey?.into(old, key, length);
    xorInto(data, updateKey ? key : old, length);
    unpadInto(data, payload, length / quadPadded);
    const count = Math.min(left, (length / quadPadded) * quadPayload - skip);
    yield payload.subarray(skip, skip + count);
    left -= count;
    skip = 0;
  }
}
