import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SealvisorError } from '../../protocol/errors.js';
import { writeAtomically } from './atomic-file.js';
import { layerPath } from './cache-files.js';
import { faultAt } from './faults.js';
import { quadPadded, quadPayload, unpadInto } from './fr32.js';
import { chunkBytes, isSameNode } from './hash.js';
import { type InputFile, withInput } from './input-file.js';
import { replicaIdOf, writeLayer } from './labels.js';
import { type Manifest, type ManifestPiece, readManifest } from './manifest.js';
import { commitmentOfCid, commP } from './piece.js';
import type { Work } from './slices.js';
import { xorInto } from './xor.js';

export interface UnsealTask {
  /** `<store>/sealed/<sector>`; the manifest lies in `<store>/cache/<sector>`. */
  readonly sealedPath: string;
  readonly outDir: string;
}

export interface UnsealedPiece {
  readonly cid: string;
  readonly path: string;
  readonly payloadSize: number;
}

type Deal = ManifestPiece & { readonly cid: string };

/**
 * Gives back the payload of every piece of a persisted sector, as `<outDir>/<cid>`; a sector without deals has none.
 * The labels are made again from the manifest, in a directory that is gone at the end.
 * @throws not_a_sealed_sector, data_damaged; StageError critical when `outDir` refuses
 */
export async function unseal(task: UnsealTask, work: Work): Promise<UnsealedPiece[]> {
  const { sealedPath, outDir } = task;
  const manifest = await readManifest(join(dirname(sealedPath), '..', 'cache', basename(sealedPath)));
  await checkSealed(sealedPath, manifest);
  const deals = manifest.pieces.filter((piece): piece is Deal => piece.cid !== null && piece.payloadSize > 0);
  if (deals.length === 0) return [];
  const labelDir = await mkdir(outDir, { recursive: true })
    .then(() => mkdtemp(join(outDir, '.unseal-')))
    .catch((thrown: unknown) => {
      throw faultAt(outDir, thrown);
    });
  try {
    const labels = await makeLabels(labelDir, manifest, work);
    return await withInput(sealedPath, manifest.sectorSize, (sealed) =>
      withInput(labels, manifest.sectorSize, async (key) => {
        const pieces: UnsealedPiece[] = [];
        for (const deal of deals) pieces.push(await writePiece(deal, sealed, key, outDir, work));
        return pieces;
      }),
    );
  } finally {
    await rm(labelDir, { recursive: true, force: true });
  }
}

async function checkSealed(sealedPath: string, manifest: Manifest): Promise<void> {
  const found = await stat(sealedPath).catch((cause: unknown) => {
    const message = `${sealedPath} cannot be read: name the sealed file of a persisted sector`;
    throw new SealvisorError('not_a_sealed_sector', message, { cause });
  });
  const { proverId, number: sectorNumber, ticket, commD, sectorSize, replicaId } = manifest;
  if (found.size !== sectorSize)
    throw damaged(sealedPath, `it has ${found.size} bytes instead of ${sectorSize}`);
  if (!isSameNode(replicaIdOf({ proverId, sectorNumber, ticket, commD }), replicaId))
    throw damaged(sealedPath, 'its manifest contradicts itself');
  const outside = manifest.pieces.find((piece) => piece.offset + piece.paddedSize > sectorSize);
  if (outside)
    throw damaged(sealedPath, `its manifest has a piece at ${outside.offset}, outside of the sector`);
}

/** Makes the layers one after another, keeping no more than two, and returns the path of the last. */
async function makeLabels(dir: string, manifest: Manifest, work: Work): Promise<string> {
  const { replicaId, sectorSize, layers } = manifest;
  for (let layer = 1; layer <= layers; layer += 1) {
    await writeLayer({ dir, replicaId, sectorSize, layers }, layer, work);
    await rm(layerPath(dir, layer - 1), { force: true });
  }
  return layerPath(dir, layers);
}

async function writePiece(
  deal: Deal,
  sealed: InputFile,
  key: InputFile,
  outDir: string,
  work: Work,
): Promise<UnsealedPiece> {
  const { cid, payloadSize, paddedSize } = deal;
  const path = join(outDir, cid);
  await writeAtomically(path, async (file) => {
    let position = 0;
    const payload = async function* () {
      for await (const bytes of payloadOf(deal, sealed, key)) {
        file.write(bytes, position);
        position += bytes.length;
        yield bytes;
      }
    };
    const found = await commP(payload(), work, { paddedSize });
    if (!isSameNode(found.commitment, commitmentOfCid(cid)))
      throw damaged(sealed.path, `piece ${cid} comes out with another commitment`);
  });
  return { cid, path, payloadSize };
}

/** Decodes the piece chunk by chunk; a yielded chunk is valid until the next one. */
async function* payloadOf(deal: Deal, sealed: InputFile, key: InputFile): AsyncGenerator<Buffer> {
  const data = Buffer.alloc(chunkBytes);
  const labels = Buffer.alloc(chunkBytes);
  const payload = Buffer.alloc((chunkBytes / quadPadded) * quadPayload);
  let left = deal.payloadSize;
  for (let at = 0; left > 0; at += chunkBytes) {
    const length = Math.min(chunkBytes, deal.paddedSize - at);
    if (length <= 0)
      throw damaged(sealed.path, `its manifest says ${deal.payloadSize} bytes for piece ${deal.cid}`);
    sealed.read(data, deal.offset + at, length);
    key.read(labels, deal.offset + at, length);
    xorInto(data, labels, length);
    unpadInto(data, payload, length / quadPadded);
    const count = Math.min(left, (length / quadPadded) * quadPayload);
    yield payload.subarray(0, count);
    left -= count;
  }
}

function damaged(path: string, fault: string): SealvisorError {
  return new SealvisorError(
    'data_damaged',
    `${path} is damaged: ${fault}; restore the sector from another copy`,
  );
}
