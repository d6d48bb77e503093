import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SealvisorError } from '../protocol/errors.js';
import type { PlanName } from '../protocol/plan-names.js';
import { overrideSealing, type SealingSettings } from './sealing-settings.js';
import type { WorkerTable } from './worker-schema.js';

export interface ThreadConfig {
  readonly index: number;
  /** The thread's own directory, absolute. */
  readonly location: string;
  readonly plan: PlanName;
  readonly sealing: SealingSettings;
}

/**
 * The threads of a worker in the order of its file; relative locations are resolved from the working directory, as upstream does.
 * A thread that needs no store (plan wdpost) keeps its record under `home`, else in the first location.
 * @throws location_shared
 */
export function threadConfigs(
  tables: WorkerTable['sealing_thread'],
  common: SealingSettings,
  home: string | undefined,
  real: RealPath = realLocation,
): readonly ThreadConfig[] {
  const recordsDir = home ?? tables.find((table) => table.location !== undefined)?.location ?? '.sealvisor';
  const threads = tables.map(({ location, plan = 'sealer', sealing }, index) => ({
    index,
    location: resolve(location ?? join(recordsDir, `${plan}-${index}`)),
    plan,
    sealing: overrideSealing(common, sealing),
  }));
  refuseShared(threads, real);
  return threads;
}

function refuseShared(threads: readonly ThreadConfig[], realOf: RealPath): void {
  const owners = new Map<string, number>();
  for (const { index, location } of threads) {
    const real = realOf(location);
    const owner = owners.get(real);
    if (owner !== undefined) {
      const told = real === location ? real : `${location} (actually ${real})`;
      const message = `sealing_thread[${owner}] and sealing_thread[${index}] share the location ${told}: give each thread its own`;
      throw new SealvisorError('location_shared', message, {
        data: { threads: [owner, index], location: real },
      });
    }
    owners.set(real, index);
  }
}

/** Resolves the symbolic links of a path. */
export type RealPath = (path: string) => string;

/** The path without symbolic links, as far as it exists. */
export function realLocation(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Not there yet, or not readable: resolve its parent; the worker's start reports any fault.
    const parent = dirname(path);
    return parent === path ? path : join(realLocation(parent), basename(path));
  }
}
