/** Shared by snapup and rebuild: encodes new data into a sector that was sealed empty, and proves the upgrade. */

import { rm } from 'node:fs/promises';
import { StageError } from '../../protocol/level.js';
import { isPledge } from '../../protocol/pledge.js';
import type { Deal } from '../../protocol/sector-answers.js';
import { discard } from '../opaque-output.js';
import { failureOf } from '../runner.js';
import { isByOthers, output, type StageContext } from '../stage.js';
import { keptFault } from '../stores/kept-notes.js';
import type { StoredSector } from '../stores/stored-sector.js';
import type { PieceInfo, Tasks } from '../tasks.js';
import { checkCommD, checkCommR } from './answers.js';
import { stagePieces, treeOver } from './pieces.js';
import { builtin, registeredUpdate, sectorWork } from './sector-work.js';

/** The commitments of an upgraded sector, as processors return them; 32 bytes each. */
export type Encoded = Tasks['snap_encode']['output'];

export interface UpgradeOf {
  readonly deals: readonly Deal[];
  readonly pieces: readonly PieceInfo[];
  /** The sector as it was sealed; it is only read. */
  readonly old: StoredSector;
  readonly commROld: readonly number[];
}

/** Writes the new pieces into the sector's directory. @throws StageError abort when there are none: the sector would not change */
export async function stageUpgrade(
  context: StageContext,
  deals: readonly Deal[],
): Promise<readonly PieceInfo[]> {
  if (deals.every(isPledge))
    throw new StageError('abort', 'an upgrade without pieces: the manager gave none to put in');
  const { files } = await sectorWork(context);
  return stagePieces(context, deals, files.snapStaged);
}

/** Builds the tree of the new pieces where snap_encode expects it. */
export async function treeOfUpgrade(
  context: StageContext,
  infos: readonly PieceInfo[],
  addedFrom: string,
): Promise<void> {
  const { files } = await sectorWork(context);
  await treeOver(context, infos, { staged: files.snapStaged, cacheDir: files.updateCacheDir, addedFrom });
}

/**
 * The commitments of the upgraded sector, and whether another program wrote its new cache: only ours gets a manifest for
 * unsealing.
 */
export interface Upgraded {
  readonly snap_encode: Encoded;
  readonly snap_encode_foreign: boolean;
}

/**
 * Makes the upgraded sector, with everything that unsealing it needs.
 * @throws StageError permanent when the old sector is not the expected one
 */
export async function encodeUpgrade(context: StageContext, upgrade: UpgradeOf): Promise<Upgraded> {
  const { sector, files } = await sectorWork(context);
  const { deals, pieces, old, commROld } = upgrade;
  const { cachePath, isForeignCache, manifestPieces, writeManifest } = await builtin();
  const manifest = await upgradable(context, old, commROld);
  const snap_encode = await context.process('snap_encode', {
    registered_proof: registeredUpdate(sector),
    new_replica_path: files.update,
    new_cache_path: files.updateCacheDir,
    sector_path: old.file,
    sector_cache_path: old.cacheDir,
    staged_data_path: files.snapStaged,
    piece_infos: pieces,
  });
  await checkCommD(context, 'snap_encode', pieces, snap_encode.comm_d_new);
  // An earlier attempt may have been done by our own processor.
  await rm(cachePath(files.updateCacheDir, 'manifest'), { force: true });
  if (manifest === null || (await isForeignCache(files.updateCacheDir))) {
    if (!isByOthers(context, 'snap_vanilla')) throw notProvable(files.update);
    return { snap_encode, snap_encode_foreign: true };
  }
  await checkCommR(context, 'snap_encode', files.updateCacheDir, snap_encode.comm_r_new);
  await writeManifest(files.updateCacheDir, {
    ...manifest,
    commD: [...snap_encode.comm_d_new],
    commR: [...snap_encode.comm_r_new],
    pieces: manifestPieces(pieces, deals),
    sealedAs: { commD: manifest.commD, commR: manifest.commR },
  });
  return { snap_encode, snap_encode_foreign: false };
}

/**
 * Checks the sector to upgrade before hours are spent. If it is damaged or a different one, an upgrade's job ends with that
 * reason, so that the next jobs can run. If a rebuild has just made it on this worker, it waits for an operator.
 */
async function upgradable(context: StageContext, old: StoredSector, commROld: readonly number[]) {
  try {
    return await checkedManifest(context, old, commROld);
  } catch (thrown) {
    const { level, message } = failureOf(thrown);
    if (context.record.plan !== 'snapup' || level !== 'permanent' || context.signal.aborted) throw thrown;
    throw new StageError('abort', message, { cause: thrown });
  }
}

/** The manifest of a sector of ours; null for another program's, which only that program can check. */
async function checkedManifest(context: StageContext, old: StoredSector, commROld: readonly number[]) {
  const { sector } = await sectorWork(context);
  const { commDOf, isForeignCache, isSameNode, readManifest } = await builtin();
  await checkKept(context, old);
  if (await isForeignCache(old.cacheDir)) {
    if (isByOthers(context, 'snap_vanilla')) return null;
    throw notProvable(old.file);
  }
  const manifest = await readManifest(old.cacheDir);
  if (!isSameNode(manifest.commR, commROld))
    throw new StageError(
      'permanent',
      `${old.file} is not the sector that is to be upgraded: its CommR is ${hex(manifest.commR)}, not ${hex(commROld)}`,
    );
  if (!isSameNode(manifest.commD, commDOf([], sector.size)))
    throw new StageError(
      'permanent',
      `${old.file} was sealed with pieces in it: only a sector without any can be upgraded`,
    );
  return manifest;
}

/** @throws StageError permanent when the sector as it was sealed differs from what was written to its store */
async function checkKept(context: StageContext, old: StoredSector): Promise<void> {
  const fault = await keptFault(old, context.signal);
  if (fault === undefined) return;
  throw new StageError(
    'permanent',
    `${fault}: an upgrade of this sector could not be proven; restore it from another copy or rebuild the sector, then ask for the upgrade again`,
  );
}

/** The failure that prevents hours of encoding for a sector that could not be proven afterwards. */
function notProvable(path: string): StageError {
  return new StageError(
    'permanent',
    `${path} was not made by our own processors, and its upgrade cannot be proven here: our snap_vanilla reads only what our own pc2 and snap_encode wrote; add [[processors.snap_encode]], [[processors.snap_vanilla]] and [[processors.snap_prove]] whose bin can read it (docs/processors.md), and restart the worker`,
  );
}

/** Proves the upgrade. @throws StageError permanent when the files on the disk are not what was encoded */
export async function proveUpgrade(
  context: StageContext,
  { old, commROld }: Pick<UpgradeOf, 'old' | 'commROld'>,
): Promise<Tasks['snap_prove']['output']> {
  const { sector, files } = await sectorWork(context);
  const { comm_r_new, comm_d_new } = output<Encoded>(context, 'snap_encode');
  const registered_proof = registeredUpdate(sector);
  const commitments = { comm_r_old: commROld, comm_r_new, comm_d_new };
  const vannilla_proofs = await context.process('snap_vanilla', {
    registered_proof,
    ...commitments,
    sector_path: old.file,
    sector_cache_path: old.cacheDir,
    replica_path: files.update,
    replica_cache_path: files.updateCacheDir,
  });
  const proof = await context.process('snap_prove', { registered_proof, vannilla_proofs, ...commitments });
  await discard(vannilla_proofs);
  return proof;
}

export const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex');
