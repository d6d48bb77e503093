/** Paths of a persisted sector's files in an attached store, by upstream's names. */

import { basename, dirname, join } from 'node:path';
import type { StoredKind } from '../../../machines/plan.js';
import { makeBelow } from '../../disks/make-below.js';
import { makeOnDisk } from '../../disks/make-on-disk.js';
import { seeRoot } from '../../disks/seen-root.js';
import { messageOf, systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import type { AttachedStore } from '../stage.js';

const cacheNames = { sealed: 'cache', update: 'update-cache' } as const satisfies Record<StoredKind, string>;

/** As it was sealed, or as it is after its upgrade. */
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

/** The root of the store, if `directory` is one of its directories for sectors' files; else undefined. */
export function keptRoot(directory: string): string | undefined {
  const above = dirname(directory);
  if (Object.hasOwn(cacheNames, basename(directory))) return above;
  const isCache = Object.values<string>(cacheNames).includes(basename(above));
  return isCache ? dirname(above) : undefined;
}

/**
 * Checks that a store's disk is mounted, before anything there is read or written: files that are missing with their disk
 * are not lost. @throws StageError temporary
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

/** Creates directories in a store, on its own disk. @throws StageError temporary when that is missing */
export async function makeInStore({ name, location, mark }: AttachedStore, path: string): Promise<void> {
  if (mark === undefined) return makeBelow(location, path);
  await makeOnDisk(location, path).catch((cause: unknown) => {
    if (systemCodeOf(cause) !== 'wrong_disk') throw cause;
    throw new StageError('temporary', `store ${name}: ${messageOf(cause)}`, { cause });
  });
}

/**
 * The attached store of that name, with its disk mounted.
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
