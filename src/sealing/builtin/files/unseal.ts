import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeWithParents } from '../../../disks/make-below.js';
import { SealvisorError } from '../../../protocol/errors.js';
import { payloadOf } from '../../../protocol/sector.js';
import { faultAt } from '../faults.js';
import { commitmentOfCid, commP } from '../pieces/piece.js';
import type { Work } from '../slices.js';
import { type Decoder, withDecoder } from '../trees/decoder.js';
import { isSameNode } from '../trees/hash.js';
import { replicaIdOf } from '../trees/labels.js';
import { phiOf } from '../trees/update-key.js';
import { writeAtomically } from './atomic.js';
import { damaged } from './damaged.js';
import { type Manifest, type ManifestPiece, readManifest } from './manifest.js';

export interface UnsealTask {
  /** `<store>/sealed/<sector>`, or `<store>/update/<sector>` for an upgraded one. */
  readonly sealedPath: string;
  readonly outDir: string;
}

export interface UnsealedPiece {
  readonly cid: string;
  readonly path: string;
  readonly payloadSize: number;
}

type PieceOfDeal = ManifestPiece & { readonly cid: string };

/**
 * Restores the payload of every piece of a persisted sector as `<outDir>/<cid>`; a sector without deals has none.
 * The labels are made again from the manifest, in a directory that is removed at the end.
 * @throws not_a_sealed_sector, data_damaged; StageError critical when `outDir` refuses
 */
export async function unseal(task: UnsealTask, work: Work): Promise<UnsealedPiece[]> {
  const { sealedPath, outDir } = task;
  const manifest = await readManifest(cacheDirOf(sealedPath));
  await checkSealed(sealedPath, manifest);
  const { sectorSize, replicaId, commD, sealedAs } = manifest;
  const deals = manifest.pieces.filter(
    (piece): piece is PieceOfDeal => piece.cid !== null && piece.payloadSize > 0,
  );
  if (deals.length === 0) return [];
  const end = Math.max(...deals.map(({ offset, payloadSize }) => payloadOf(offset) + payloadSize));
  // The caller named it for this one call: it is not the root of a store.
  await makeWithParents(outDir).catch((thrown: unknown) => {
    throw faultAt(outDir, thrown);
  });
  const labelDir = join(outDir, `.unseal-${basename(sealedPath)}`);
  const phi = sealedAs ? phiOf(commD, sealedAs.commR) : null;
  return withDecoder(
    { sectorSize, path: sealedPath, replicaId, phi },
    { end, labelDir },
    work,
    async (decoder) => {
      const pieces: UnsealedPiece[] = [];
      for (const deal of deals) pieces.push(await writePiece(deal, decoder, { sealedPath, outDir }, work));
      return pieces;
    },
  );
}

/** The cache directory of a sealed or upgraded file in a store, by upstream's names. */
function cacheDirOf(sealedPath: string): string {
  const isUpgraded = basename(dirname(sealedPath)) === 'update';
  return join(dirname(sealedPath), '..', isUpgraded ? 'update-cache' : 'cache', basename(sealedPath));
}

async function checkSealed(sealedPath: string, manifest: Manifest): Promise<void> {
  const found = await stat(sealedPath).catch((cause: unknown) => {
    const message = `${sealedPath} cannot be read: name the sealed file of a persisted sector`;
    throw new SealvisorError('not_a_sealed_sector', message, { cause });
  });
  const { proverId, number: sectorNumber, ticket, sectorSize, replicaId } = manifest;
  const { commD } = manifest.sealedAs ?? manifest;
  if (found.size !== sectorSize)
    throw damaged(sealedPath, `it has ${found.size} bytes instead of ${sectorSize}`);
  if (!isSameNode(replicaIdOf({ proverId, sectorNumber, ticket, commD }), replicaId))
    throw damaged(sealedPath, 'its manifest contradicts itself');
  for (const { offset, paddedSize, payloadSize, cid } of manifest.pieces) {
    if (offset + paddedSize > sectorSize)
      throw damaged(sealedPath, `its manifest has a piece at ${offset}, outside of the sector`);
    if (payloadSize > payloadOf(paddedSize))
      throw damaged(sealedPath, `its manifest says ${payloadSize} bytes for piece ${cid}`);
  }
}

async function writePiece(
  { cid, payloadSize, paddedSize, offset }: PieceOfDeal,
  decoder: Decoder,
  { sealedPath, outDir }: UnsealTask,
  work: Work,
): Promise<UnsealedPiece> {
  const path = join(outDir, cid);
  await writeAtomically(path, async (file) => {
    let position = 0;
    const payload = async function* () {
      for await (const bytes of decoder.payloadOf({ offset: payloadOf(offset), size: payloadSize })) {
        file.write(bytes, position);
        position += bytes.length;
        work.progress({ done: position, total: payloadSize, unit: 'bytes' });
        yield bytes;
      }
    };
    const found = await commP(payload(), work, { paddedSize });
    if (!isSameNode(found.commitment, commitmentOfCid(cid)))
      throw damaged(sealedPath, `piece ${cid} comes out with another commitment`);
  });
  return { cid, path, payloadSize };
}
