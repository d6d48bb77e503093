import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where one sector's files lie in a thread's store. */
export interface SectorFiles {
  readonly root: string;
  readonly staged: string;
  readonly sealed: string;
  readonly cacheDir: string;
}

export function sectorFiles(location: string, sectorId: string): SectorFiles {
  const root = join(location, 'sectors', sectorId);
  return { root, staged: join(root, 'staged'), sealed: join(root, 'sealed'), cacheDir: join(root, 'cache') };
}

/** Whether the file a plan calls `name` is there (machines/plans name them so). */
export function hasSectorFile(files: SectorFiles, name: string): boolean {
  switch (name) {
    case 'staged':
      return existsSync(files.staged);
    case 'tree-d':
      return existsSync(join(files.cacheDir, 'sc-02-data-tree-d.dat'));
    case 'layers':
      return existsSync(join(files.cacheDir, 'sc-02-data-layer-1.dat'));
    case 'sealed':
      return existsSync(files.sealed) && existsSync(join(files.cacheDir, 'p_aux'));
    default:
      return false;
  }
}
