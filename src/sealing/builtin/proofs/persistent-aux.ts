import { access } from 'node:fs/promises';
import { readRegular } from '../../../disks/regular-file.js';
import { StageError } from '../../../protocol/level.js';
import { faultAt, wrongData } from '../faults.js';
import { cachePath } from '../files/cache.js';
import { nodeBytes } from '../trees/hash.js';

/** `p_aux`: what a sector is known by; 32 bytes each. */
export interface PersistentAux {
  readonly commR: readonly number[];
  readonly commD: readonly number[];
}

/** Whether another's pc2 wrote the `p_aux` there. One that is missing or cannot be read is nobody's: who needs it says so. */
export async function isForeignCache(cacheDir: string): Promise<boolean> {
  const isThere = (file: 'persistentAux' | 'manifest') =>
    access(cachePath(cacheDir, file)).then(
      () => true,
      () => false,
    );
  // With our manifest beside it, it is ours and damaged.
  if (!(await isThere('persistentAux')) || (await isThere('manifest'))) return false;
  return readPersistentAux(cacheDir).then(
    () => false,
    (thrown: unknown) => thrown instanceof StageError && thrown.level === 'permanent',
  );
}

/** @throws StageError permanent, saying what to configure, where another's processors sealed the sector */
export async function refuseForeign(cacheDir: string, stage: string): Promise<void> {
  if (await isForeignCache(cacheDir)) throw wrongData(foreignText(cacheDir, stage));
}

/** Why our own `stage` cannot do it. */
export function foreignText(cacheDir: string, stage: string): string {
  return `${cachePath(cacheDir, 'persistentAux')} was not written by our own processors, and our ${stage} cannot read it: add a [[processors.${stage}]] whose bin can, restart the worker, then resume`;
}

/** It is far smaller. */
const limits = { mostBytes: 1024 * 1024 };

/** Reads `p_aux` of a cache directory. @throws StageError critical when unreadable, permanent when it is none of ours */
export async function readPersistentAux(cacheDir: string): Promise<PersistentAux> {
  const path = cachePath(cacheDir, 'persistentAux');
  const bytes = await readRegular(path, limits).catch((thrown: unknown) => {
    throw faultAt(path, thrown);
  });
  try {
    const aux: unknown = JSON.parse(bytes.toString());
    // Both fields are looked at.
    const { commR, commD } = aux as Partial<PersistentAux>;
    if (commR?.length === nodeBytes && commD?.length === nodeBytes) return { commR, commD };
  } catch {
    // Said below, as for any other text.
  }
  throw wrongData(`${path} is not written by our pc2: restore the sector from another copy`);
}
