import { access } from 'node:fs/promises';
import { readRegular } from '../../../disks/regular-file.js';
import { StageError } from '../../../protocol/level.js';
import { faultAt, wrongData } from '../faults.js';
import { cachePath } from '../files/cache.js';
import { nodeBytes } from '../trees/hash.js';

/** Our `p_aux`: the commitments that identify a sector; 32 bytes each. */
export interface PersistentAux {
  readonly commR: readonly number[];
  readonly commD: readonly number[];
}

/**
 * Whether another program's pc2 wrote the `p_aux`. False if it is missing or cannot be read: the stage that needs it
 * reports that.
 */
export async function isForeignCache(cacheDir: string): Promise<boolean> {
  const isThere = (file: 'persistentAux' | 'manifest') =>
    access(cachePath(cacheDir, file)).then(
      () => true,
      () => false,
    );
  // Next to our manifest it is ours, even if it is damaged.
  if (!(await isThere('persistentAux')) || (await isThere('manifest'))) return false;
  return readPersistentAux(cacheDir).then(
    () => false,
    (thrown: unknown) => thrown instanceof StageError && thrown.level === 'permanent',
  );
}

/** @throws StageError permanent, saying what to configure, if another program's processors sealed the sector */
export async function refuseForeign(cacheDir: string, stage: string): Promise<void> {
  if (await isForeignCache(cacheDir)) throw wrongData(foreignText(cacheDir, stage));
}

/** Message: why our own `stage` cannot read the sector. */
export function foreignText(cacheDir: string, stage: string): string {
  return `${cachePath(cacheDir, 'persistentAux')} was not written by our own processors, and our ${stage} cannot read it: add a [[processors.${stage}]] whose bin can, restart the worker, then resume`;
}

/** `p_aux` is far smaller. */
const limits = { mostBytes: 1024 * 1024 };

/** Reads `p_aux` of a cache directory. @throws StageError critical when unreadable, permanent when our pc2 did not write it */
export async function readPersistentAux(cacheDir: string): Promise<PersistentAux> {
  const path = cachePath(cacheDir, 'persistentAux');
  const bytes = await readRegular(path, limits).catch((thrown: unknown) => {
    throw faultAt(path, thrown);
  });
  try {
    const aux: unknown = JSON.parse(bytes.toString());
    // Both fields are checked.
    const { commR, commD } = aux as Partial<PersistentAux>;
    if (commR?.length === nodeBytes && commD?.length === nodeBytes) return { commR, commD };
  } catch {
    // Not JSON: thrown below, as for any other contents.
  }
  throw wrongData(`${path} is not written by our pc2: restore the sector from another copy`);
}
