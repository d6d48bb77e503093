/** The attached stores, and whether the directories of a worker conflict. */
import { resolve, sep } from 'node:path';
import { isStoring } from '../../machines/plan.js';
import { plans } from '../../machines/plans/index.js';
import { SealvisorError } from '../protocol/errors.js';
import type { ThreadConfig } from './thread-config.js';
import { type RealPath, realLocation } from './thread-config.js';
import type { WorkerTable } from './worker-schema.js';

export interface AttachedConfig {
  /** @default its location */
  readonly name: string;
  readonly location: string;
  /** @default false */
  readonly readonly: boolean;
}

/**
 * In the order of the file. `[remote_store]` is the old spelling of one attached store.
 * @throws config_invalid, location_shared, with the keys
 */
export function attachedStores(
  { remote_store: old, attached = [] }: WorkerTable,
  path: string,
  real: RealPath = realLocation,
): readonly AttachedConfig[] {
  const tables = [
    ...attached.map((store, at) => ({ store, key: `attached[${at}]` })),
    ...(old ? [{ store: old, key: 'remote_store' }] : []),
  ];
  const names = new Map<string, string>();
  const places = new Map<string, string>();
  return tables.map(({ store, key }) => {
    const location = resolve(store.location);
    const name = store.name ?? location;
    const namesake = names.get(name);
    if (namesake !== undefined)
      throw new SealvisorError(
        'config_invalid',
        `${namesake} and ${key} in ${path} have the name ${JSON.stringify(name)}: give each store its own`,
      );
    const twin = places.get(real(location));
    if (twin !== undefined)
      throw new SealvisorError(
        'location_shared',
        `${twin} and ${key} in ${path} are the same directory ${real(location)}: attach it once`,
      );
    names.set(name, key);
    places.set(real(location), key);
    return { name, location, readonly: store.readonly ?? false };
  });
}

/** @throws config_invalid for a plan without a store to put its sectors into, location_shared for a location inside a store */
export function checkStores(
  threads: readonly ThreadConfig[],
  attached: readonly AttachedConfig[],
  path: string,
  real: RealPath = realLocation,
): void {
  const needy = threads.find(({ plan }) => isStoring(plans[plan]));
  if (needy && !attached.some((store) => !store.readonly))
    throw new SealvisorError(
      'config_invalid',
      `attached in ${path}: expected at least one [[attached]] store that is not readonly, since sealing_thread[${needy.index}] (plan ${needy.plan}) puts its sectors there`,
    );
  for (const { index, location } of threads) {
    const within = `${real(location)}${sep}`;
    const at = attached.findIndex((store) => within.startsWith(`${real(store.location)}${sep}`));
    if (at < 0) continue;
    throw new SealvisorError(
      'location_shared',
      `sealing_thread[${index}].location = ${JSON.stringify(location)} in ${path} is inside the attached store ${attached[at]?.name}: move one of them`,
    );
  }
}
