/** Where a persisted sector's files lie in an attached store: the field's names. */
import { join } from 'node:path';
import { StageError } from '../protocol/level.js';
import type { AttachedStore } from './stage.js';

/** As it was sealed, or as it is since its upgrade. */
export type StoredKind = 'sealed' | 'update';

export interface StoredSector {
  readonly file: string;
  readonly cacheDir: string;
}

const cacheNames = { sealed: 'cache', update: 'update-cache' } as const;

export function storedSector(store: AttachedStore, sectorId: string, kind: StoredKind): StoredSector {
  return {
    file: join(store.location, kind, sectorId),
    cacheDir: join(store.location, cacheNames[kind], sectorId),
  };
}

/** The attached store of that name. @throws StageError permanent, naming those that are attached */
export function attachedStore(stores: readonly AttachedStore[], name: string): AttachedStore {
  const found = stores.find((store) => store.name === name);
  if (found) return found;
  const known = stores.map((store) => store.name).join(', ');
  throw new StageError(
    'permanent',
    `no store ${name} is attached here (${known || 'none is'}): add it as [[attached]] and resume`,
  );
}
