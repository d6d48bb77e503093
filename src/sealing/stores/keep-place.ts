/** A store's sector is never replaced by another one: checked before the first byte of each persist. */

import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StoredKind } from '../../../machines/plan.js';
import { StageError } from '../../protocol/level.js';
import { digestOf } from '../digests.js';
import { type AttachedStore, type StageContext, sectorAtHand } from '../stage.js';
import { builtin } from '../stages/sector-work.js';
import { broughtBy, noteBrought } from './brought.js';
import { occupantOf } from './occupant.js';
import { claimed, claimFile, type PlaceClaim, readClaim } from './place-claim.js';
import { makeInStore, type StoredSector, storedSector } from './stored-sector.js';
import { type Doubt, doubtOf, doubts, type Own } from './whose-place.js';

/** The sector to store. */
export interface Replica {
  readonly kind: StoredKind;
  /** 32 bytes. */
  readonly commR: readonly number[];
  /** Digests of its own file and of its `p_aux`, when they were made. */
  readonly sha256s: readonly string[];
}

/**
 * Claims the current sector's paths in a store while `bring` writes there: they must be free, or have this same sector.
 * @throws StageError permanent, naming both CommR and the file, when another or an unknown sector is there; critical when the
 * store cannot be read or written
 */
export async function inItsPlace(
  context: StageContext,
  store: AttachedStore,
  replica: Replica,
  bring: (place: StoredSector) => Promise<void>,
): Promise<void> {
  const { id } = sectorAtHand(context);
  const place = storedSector(store, id, replica.kind);
  const path = claimFile(place.file);
  const commR = Buffer.from(replica.commR).toString('hex');
  const { workerName: worker, location } = context;
  const own: PlaceClaim = { commR, worker, location, at: new Date(context.now()).toISOString() };
  const look = async () => {
    const all = await broughtBy(location, id);
    const before = all.find(({ file }) => file === place.file) ?? { commRs: [], sha256s: [] };
    const doubt = await doubtAt(place, before, { commR, sha256s: replica.sha256s }, context.signal);
    return doubt && refusalOf({ id, place, commR }, doubt);
  };
  const { faultAt } = await builtin();
  const take = async () => {
    const refusal = await look();
    if (refusal) throw refusal;
    // Only directories below the store's root are created: a missing root is a missing disk.
    for (const directory of [dirname(place.file), place.cacheDir]) await makeInStore(store, directory);
    const holder = await claimed(path, own);
    if (holder.commR !== commR) throw beingBrought(id, own, holder, path);
    // Another thread may have finished between the check and the claim.
    const late = await look();
    if (late) {
      await rm(path, { force: true });
      throw late;
    }
    await noteBrought(location, id, { file: place.file, commRs: [commR], sha256s: replica.sha256s });
  };
  await take().catch((thrown: unknown) => {
    throw faultAt(path, thrown);
  });
  await bring(place);
  await rm(path, { force: true });
}

/** Removes the claims of a sector that is finished or aborted. */
export async function leavePlaces(location: string, sectorId: string): Promise<void> {
  for (const { file, commRs } of await broughtBy(location, sectorId)) {
    const path = claimFile(file);
    const claim = await readClaim(path).catch(() => undefined);
    // The claims of a missing store stay there; the next thread that finds one reports what to remove.
    if (claim && commRs.includes(claim.commR)) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Why the paths must not be used; a thread may write again what it has written there, even if files are truncated or missing. */
async function doubtAt(
  place: StoredSector,
  before: Own,
  now: { readonly commR: string; readonly sha256s: readonly string[] },
  signal: AbortSignal,
): Promise<Doubt | undefined> {
  const occupant = await occupantOf(place);
  const own = {
    commRs: [...before.commRs, now.commR],
    sha256s: [...before.sha256s, ...now.sha256s],
  };
  const doubt = doubtOf(occupant, own, before.commRs.length > 0);
  if (!doubt || 'other' in doubt || !occupant.hasFile) return doubt;
  // Read only if nothing else identifies it.
  return own.sha256s.includes(await digestOf(place.file, signal)) ? undefined : doubt;
}

function refusalOf(
  { id, place, commR }: { readonly id: string; readonly place: StoredSector; readonly commR: string },
  doubt: Doubt,
): StageError {
  const away = `move it and ${place.cacheDir} away, then resume`;
  if ('other' in doubt)
    return new StageError(
      'permanent',
      `another sector ${id} lies at ${place.file}: its CommR is ${doubt.other.commR} (${doubt.other.by}), this one's is ${commR}; nothing was replaced. If the one that lies there is not on chain, ${away}; otherwise resume --state Aborted`,
    );
  return new StageError(
    'permanent',
    `a sector ${id} lies at ${place.file} that may be another: ${doubts[doubt.why]}; this one's CommR is ${commR}, and nothing was replaced. If it is not needed, ${away}`,
  );
}

function beingBrought(id: string, own: PlaceClaim, other: PlaceClaim, path: string): StageError {
  return new StageError(
    'permanent',
    `another sector ${id} is being brought there (CommR ${other.commR}, since ${other.at} by worker ${other.worker}, thread at ${other.location}); this one's CommR is ${own.commR}, and nothing was replaced. If the other was aborted, remove ${path}, then resume; otherwise resume --state Aborted`,
  );
}
