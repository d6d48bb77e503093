/** Where a persisted sector's files lie in an attached store: upstream's names. */

import { basename, dirname, join } from 'node:path';
import type { StoredKind } from '../../../machines/plan.js';
import { makeBelow } from '../../disks/make-below.js';
import { makeOnDisk } from '../../disks/make-on-disk.js';
import { seeRoot } from '../../disks/seen-root.js';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import type { AttachedStore } from '../stage.js';

const cacheNames = { sealed: 'cache', update: 'update-cache' } as const satisfies Record<StoredKind, string>;

/** As it was sealed, or as it is since its upgrade. */
export const storedKinds = ['sealed', 'update'] as const satisfies readonly StoredKind[];

export interface StoredSector {
  readonly file: string;
  readonly cacheDir: string;
}

export function storedSector(store: AttachedStore, sectorId: string, kind: StoredKind): StoredSector {
  return {
    file: join(store.location, kind, sectorId),
    cacheDir: join(store.location, cacheNames[kind], sectorId),
  };
}

/** The root of the store that keeps sectors' files in `directory`; undefined for any other directory. */
export function keptRoot(directory: string): string | undefined {
  const above = dirname(directory);
  if (Object.hasOwn(cacheNames, basename(directory))) return above;
  const isCache = Object.values<string>(cacheNames).includes(basename(above));
  return isCache ? dirname(above) : undefined;
}

/**
 * Looks whether a store is on its disk, before anything there is read or written: files that are missing with their
 * disk are not lost. @throws StageError temporary
 */
export async function checkStore({ name, location, mark, readonly }: AttachedStore): Promise<void> {
  if (mark === undefined || (mark === null && readonly)) return;
  if (mark === null)
    throw new StageError(
      'temporary',
      `store ${name} (${location}) was not taken into use: see the warnings of the worker's start, then \`venus-worker store check -c <config>\``,
    );
  await seeRoot(location, mark).catch((cause: unknown) => {
    throw new StageError('temporary', `store ${name}: ${messageOf(cause)}`, { cause });
  });
}

/** Makes directories in a store, on its own disk. @throws StageError temporary when that is missing */
export async function makeInStore({ name, location, mark }: AttachedStore, path: string): Promise<void> {
  if (mark === undefined) return makeBelow(location, path);
  await makeOnDisk(location, path).catch((cause: unknown) => {
    if (systemCodeOf(cause) !== 'wrong_disk') throw cause;
    throw new StageError('temporary', `store ${name}: ${messageOf(cause)}`, { cause });
  });
}

/**
 * The attached store of that name, on its disk.
 * @throws StageError permanent, naming those that are attached; temporary when its disk is missing
 */
export async function attachedStore(stores: readonly AttachedStore[], name: string): Promise<AttachedStore> {
  const found = stores.find((store) => store.name === name);
  if (found) {
    await checkStore(found);
    return found;
  }
  const known = stores.map((store) => store.name).join(', ');
  throw new StageError(
    'permanent',
    `no store ${name} is attached here (${known || 'none is'}): add it as [[attached]] and resume`,
  );
}
