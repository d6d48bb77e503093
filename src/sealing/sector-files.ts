import { join } from 'node:path';

/** The data tree's name in a cache. */
export const dataTree = 'sc-02-data-tree-d.dat';

/** Paths of one sector's files in a thread's location. */
export interface SectorFiles {
  readonly root: string;
  readonly staged: string;
  readonly sealed: string;
  readonly cacheDir: string;
  /** The pieces that an upgrade adds, the upgraded sector, and its cache with the tree of the pieces. */
  readonly snapStaged: string;
  readonly update: string;
  readonly updateCacheDir: string;
  /** Unsealed pieces, by CID. */
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
