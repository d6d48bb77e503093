import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { payloadOf } from '../../../protocol/sector.js';
import { faultAt, wrongData } from '../faults.js';
import { refuseForeign } from '../proofs/persistent-aux.js';
import { Slices, type Work } from '../slices.js';
import { withDecoder } from '../trees/decoder.js';
import { isSameNode } from '../trees/hash.js';
import { type ReplicaOf, replicaIdOf } from '../trees/labels.js';
import { phiOf } from '../trees/update-key.js';
import { writeAtomically } from './atomic.js';
import { damaged } from './damaged.js';
import { type Manifest, manifestIfThere } from './manifest.js';

/** `offset` and `size` in unpadded bytes, anywhere in the sector. */
export interface UnsealRangeTask extends ReplicaOf {
  readonly sectorSize: number;
  readonly cacheDir: string;
  readonly sealedPath: string;
  readonly outputPath: string;
  /** The commitments of an upgrade, from the task; 32 bytes each. @default from the manifest, if there is one */
  readonly upgrade?: { readonly commROld: readonly number[]; readonly commDNew: readonly number[] };
  readonly offset: number;
  readonly size: number;
}

/**
 * Writes a range of a sector's payload, and returns the number of bytes. The task, or the manifest in the cache directory,
 * says whether the sector was upgraded; if neither does, it is decoded as a sealed sector.
 * @throws data_damaged; StageError permanent for a range outside of the sector, or a ticket that did not seal it
 */
export async function unsealRange(task: UnsealRangeTask, work: Work): Promise<number> {
  const { cacheDir, sealedPath, outputPath, offset, size, sectorSize } = task;
  const isInside = Number.isSafeInteger(offset) && Number.isSafeInteger(size) && offset >= 0 && size > 0;
  if (!isInside || offset + size > payloadOf(sectorSize))
    throw wrongData(
      `no bytes ${offset} to ${offset + size} in a sector of ${payloadOf(sectorSize)}: see what the manager says of the piece`,
    );
  const found = await stat(sealedPath).catch((thrown: unknown) => {
    throw faultAt(sealedPath, thrown);
  });
  if (found.size !== sectorSize)
    throw damaged(sealedPath, `it has ${found.size} bytes instead of ${sectorSize}`);
  await refuseForeign(cacheDir, 'unseal');
  const manifest = await manifestIfThere(cacheDir);
  // A task that does not mention the upgrade may have the current CommD; the labels depend on the CommD that was sealed.
  const commD = task.upgrade ? task.commD : (manifest?.sealedAs?.commD ?? task.commD);
  const replicaId = [...replicaIdOf({ ...task, commD })];
  if (manifest) checkReplica(manifest, { ...task, replicaId });
  const upgrade = task.upgrade ?? upgradeIn(manifest);
  const phi = upgrade ? phiOf(upgrade.commDNew, upgrade.commROld) : null;
  const labelDir = join(dirname(outputPath), `.${basename(outputPath)}.labels`);
  return withDecoder(
    { sectorSize, path: sealedPath, replicaId, phi },
    { end: offset + size, labelDir },
    work,
    async (decoder) => {
      const slices = new Slices(work);
      await writeAtomically(outputPath, async (file) => {
        let position = 0;
        for await (const bytes of decoder.payloadOf({ offset, size })) {
          file.write(bytes, position);
          position += bytes.length;
          if (slices.isOver) await slices.next({ done: position, total: size, unit: 'bytes' });
        }
      });
      return size;
    },
  );
}

function upgradeIn(manifest: Manifest | undefined): UnsealRangeTask['upgrade'] {
  return manifest?.sealedAs && { commROld: manifest.sealedAs.commR, commDNew: manifest.commD };
}

function checkReplica(
  manifest: Manifest,
  { replicaId, upgrade, sealedPath }: UnsealRangeTask & { readonly replicaId: readonly number[] },
): void {
  if (!isSameNode(manifest.replicaId, replicaId))
    throw wrongData(
      `${sealedPath} was sealed by another prover, ticket or data than the task says: see what the manager says of the sector`,
    );
  const kept = upgradeIn(manifest);
  const isSame =
    kept && upgrade
      ? isSameNode(kept.commROld, upgrade.commROld) && isSameNode(kept.commDNew, upgrade.commDNew)
      : !upgrade;
  if (!isSame)
    throw wrongData(
      `${sealedPath} is not upgraded as the task says (comm_r_old, comm_d_new): see what the manager says of the sector`,
    );
}
