/** What the names in a plan's `ground` are, on the disk of the thread. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../protocol/errors.js';
import { dataTree, type SectorFiles } from './sector-files.js';

/** What PC2 leaves in the cache, ours and upstream's; a large sector's trees lie in parts. */
const sealedCache = /^(p_aux|t_aux|sealvisor\.json|sc-02-data-tree-(c|r-last)(-\d+)?\.dat)$/;

/** The paths of a name: of one file, also when it is not there; of a group, those that are. @throws what the file system says */
export async function groundFiles(name: string, files: SectorFiles): Promise<readonly string[]> {
  switch (name) {
    case 'staged':
      return [files.staged];
    case 'tree-d':
      return [join(files.cacheDir, dataTree)];
    case 'all-but-tree-d':
      return entries(files.cacheDir, (entry) => entry !== dataTree);
    case 'sealed':
      return [files.sealed];
    case 'sealed-cache':
      return entries(files.cacheDir, (entry) => sealedCache.test(entry));
    case 'synthetic':
      return [join(files.cacheDir, 'syn-porep-vanilla-proofs.dat')];
    case 'snap-staged':
      return [files.snapStaged];
    case 'snap-tree-d':
      return [join(files.updateCacheDir, dataTree)];
    case 'update':
      return [files.update];
    case 'update-all-but-tree-d':
      return entries(files.updateCacheDir, (entry) => entry !== dataTree);
    case 'piece':
      return entries(files.piecesDir, () => true);
    default:
      throw new Error(`a plan names ${name} in its ground, which is no file of a sector`);
  }
}

async function entries(dir: string, isIn: (entry: string) => boolean): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).filter(isIn).map((entry) => join(dir, entry));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
