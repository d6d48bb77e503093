import { readFile } from 'node:fs/promises';
import { cachePath } from './cache-files.js';
import { faultAt, wrongData } from './faults.js';
import { nodeBytes } from './hash.js';

/** `p_aux`: what a sector is known by; 32 bytes each. */
export interface PersistentAux {
  readonly commR: readonly number[];
  readonly commD: readonly number[];
}

/** Reads `p_aux` of a cache directory. @throws StageError critical when unreadable, permanent when it is none of ours */
export async function readPersistentAux(cacheDir: string): Promise<PersistentAux> {
  const path = cachePath(cacheDir, 'persistentAux');
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw faultAt(path, thrown);
  });
  try {
    const aux: unknown = JSON.parse(text);
    // Both fields are looked at.
    const { commR, commD } = aux as Partial<PersistentAux>;
    if (commR?.length === nodeBytes && commD?.length === nodeBytes) return { commR, commD };
  } catch {
    // Said below, as for any other text.
  }
  throw wrongData(`${path} is not written by our pc2: restore the sector from another copy`);
}
