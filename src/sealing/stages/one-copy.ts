/**
 * A sector is kept once: a copy that was written to another store, before the sector was resumed to an earlier state and
 * persisted again, is removed when the sector is finished.
 */
import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { statIfAny } from '../../disks/stat-if-any.js';
import { messageOf } from '../../protocol/errors.js';
import { outputIfAny, type StageContext, sectorAtHand } from '../stage.js';
import { type Brought, broughtBy } from '../stores/brought.js';
import { removedBrought, storeOf } from '../stores/remove-brought.js';
import { storedKinds } from '../stores/stored-sector.js';
import type { Persisted } from './persist.js';

/** Repeatable. @returns the other copies that stay, each with its reason */
export async function removeOtherCopies(context: StageContext): Promise<readonly string[]> {
  const left: string[] = [];
  for (const brought of await broughtBy(context.location, sectorAtHand(context).id)) {
    const why = await whyItStays(context, brought);
    if (why !== null) left.push(`an earlier copy stays at ${brought.file}: ${why}`);
  }
  return left;
}

/** Why a copy stays; null when it is removed, or is the one to keep. */
async function whyItStays(context: StageContext, brought: Brought): Promise<string | null> {
  const kept = keptLike(context, brought);
  if (kept === brought.file) return null;
  if (kept === undefined) return 'the store that holds one of both is not attached';
  try {
    // The kept file must exist before another one is removed. Two attached stores may be the same directory.
    const one = await stat(kept, { bigint: true });
    if (one.size !== BigInt(sectorAtHand(context).size)) return `${kept} has ${one.size} bytes`;
    const other = await statIfAny(brought.file);
    if (other?.ino === one.ino && other.dev === one.dev) return null;
  } catch (thrown) {
    return messageOf(thrown);
  }
  return removedBrought(context, storedKinds, brought);
}

/** The sector's file of the same kind in the store that keeps it. */
function keptLike(context: StageContext, brought: Brought): string | undefined {
  const persisted = outputIfAny<Persisted>(context, 'persisted');
  const store = context.stores.find(({ name }) => name === persisted?.instance);
  const from = storeOf(context, brought);
  return store && from && join(store.location, relative(from.location, brought.file));
}
