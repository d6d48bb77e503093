import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isOurPc1 } from './whose-sector.js';

/** The data tree's name in a cache. */
export const dataTree = 'sc-02-data-tree-d.dat';

/** Where one sector's files lie in a thread's store. */
export interface SectorFiles {
  readonly root: string;
  readonly staged: string;
  readonly sealed: string;
  readonly cacheDir: string;
  /** The pieces that an upgrade puts in, the upgraded sector, and its cache with the pieces' tree. */
  readonly snapStaged: string;
  readonly update: string;
  readonly updateCacheDir: string;
  /** Pieces that were taken out again, by CID. */
  readonly piecesDir: string;
}

export function sectorFiles(location: string, sectorId: string): SectorFiles {
  const root = join(location, 'sectors', sectorId);
  return {
    root,
    staged: join(root, 'staged'),
    sealed: join(root, 'sealed'),
    cacheDir: join(root, 'cache'),
    snapStaged: join(root, 'snap-staged'),
    update: join(root, 'update'),
    updateCacheDir: join(root, 'update-cache'),
    piecesDir: join(root, 'pieces'),
  };
}

/** Whether the file a plan calls `name` is there (machines/plans name them so). */
export function hasSectorFile(
  files: SectorFiles,
  name: string,
  outputs: Readonly<Record<string, unknown>> = {},
): boolean {
  switch (name) {
    case 'snap-staged':
      return existsSync(files.snapStaged);
    case 'snap-tree-d':
      return existsSync(join(files.updateCacheDir, dataTree));
    case 'update':
      return existsSync(files.update) && existsSync(join(files.updateCacheDir, 'p_aux'));
    // Of a sector that is made again: what is kept of it in the end.
    case 'replica':
      return hasSectorFile(files, outputs.upgrade ? 'update' : 'sealed');
    case 'piece':
      return (
        existsSync(files.piecesDir) && readdirSync(files.piecesDir).some((each) => !each.startsWith('.'))
      );
    case 'staged':
      return existsSync(files.staged);
    case 'tree-d':
      return existsSync(join(files.cacheDir, dataTree));
    case 'layers':
      // Where another's pc1 keeps its labels is between it and its pc2.
      if (outputs.pc1 !== undefined && !isOurPc1(outputs.pc1)) return true;
      return existsSync(join(files.cacheDir, 'sc-02-data-layer-1.dat'));
    case 'sealed':
      return existsSync(files.sealed) && existsSync(join(files.cacheDir, 'p_aux'));
    default:
      return false;
  }
}
