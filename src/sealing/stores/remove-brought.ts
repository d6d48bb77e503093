/** Removes from an attached store what a thread has written there itself, and nothing else. */

import { hash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { StoredKind } from '../../../machines/plan.js';
import { syncDirectory } from '../../disks/durable-file.js';
import { readRegular } from '../../disks/regular-file.js';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import { sectorFiles } from '../sector-files.js';
import { type AttachedStore, type StageContext, sectorAtHand } from '../stage.js';
import type { Brought } from './brought.js';
import { type Occupant, occupantOf } from './occupant.js';
import { claimed, claimFile } from './place-claim.js';
import { checkStore, makeInStore, type StoredSector, storedSector } from './stored-sector.js';
import { doubtOf, doubts, type Own } from './whose-place.js';

const auxLimits = { mostBytes: 1024 * 1024 };

/**
 * Removes a stored sector, if its CommR or its bytes identify it. Repeatable: its file is removed first, and the files that
 * have its CommR afterwards. @returns why it stays; null when it is removed
 */
export async function removedBrought(
  context: StageContext,
  kinds: readonly StoredKind[],
  brought: Brought,
): Promise<string | null> {
  const store = storeOf(context, brought);
  if (!store) return 'no attached store holds it';
  if (store.readonly) return `store ${store.name} is attached read-only`;
  const { id } = sectorAtHand(context);
  const place = kinds.map((kind) => storedSector(store, id, kind)).find(({ file }) => file === brought.file);
  if (!place) return 'it is not of this job';
  try {
    // If the disk is not mounted, missing files prove nothing, and nothing is removed.
    await checkStore(store);
    const occupant = await occupantOf(place);
    if (!occupant.isThere) return null;
    const why = await isAnother(context, occupant, brought);
    if (why !== null) return why;
    return await removedUnderClaim(context, store, place, brought);
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** The attached store that the file is in. */
export function storeOf({ stores }: StageContext, { file }: Brought): AttachedStore | undefined {
  return stores.find(({ location }) => file.startsWith(`${location}${sep}`));
}

/** Another thread may be writing a sector of this number there: only one of the two holds the claim. */
async function removedUnderClaim(
  context: StageContext,
  store: AttachedStore,
  place: StoredSector,
  own: Own,
): Promise<string | null> {
  const { workerName: worker, location } = context;
  const path = claimFile(place.file);
  const at = new Date(context.now()).toISOString();
  await makeInStore(store, dirname(path));
  const holder = await claimed(path, { commR: own.commRs.at(-1) ?? '', worker, location, at });
  if (holder.location !== location || holder.worker !== worker)
    return `worker ${holder.worker} brings a sector there (${path})`;
  const why = await isAnother(context, await occupantOf(place), own);
  if (why === null) {
    await checkStore(store);
    await rm(place.file, { force: true });
    await syncDirectory(dirname(place.file));
    // After a kill in between, the rest is still identified by its CommR.
    await rm(place.cacheDir, { recursive: true, force: true });
    await syncIfThere(dirname(place.cacheDir));
  }
  await rm(path, { force: true });
  return why;
}

/** Why the files may be another sector's; null when this thread has written them, or there are none. */
async function isAnother(context: StageContext, occupant: Occupant, own: Own): Promise<string | null> {
  const { cacheDir } = sectorFiles(context.location, sectorAtHand(context).id);
  // Earlier versions noted no digests.
  const aux = await readRegular(join(cacheDir, 'p_aux'), auxLimits).catch(() => null);
  const sha256s = aux ? [...own.sha256s, hash('sha256', aux)] : own.sha256s;
  const doubt = doubtOf(occupant, { ...own, sha256s }, true);
  if (!doubt) return null;
  return 'other' in doubt
    ? `it is another sector (CommR ${doubt.other.commR}, says ${doubt.other.by})`
    : `${doubts[doubt.why]}: it may be another sector`;
}

async function syncIfThere(directory: string): Promise<void> {
  await syncDirectory(directory).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) !== 'ENOENT') throw thrown;
  });
}
