/** What a stage is going to write, from its plan's table and what lies there already. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, planState } from '../../machines/index.js';
import type { Space } from '../../machines/plan.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { layersOf } from './builtin/cache-files.js';
import { sectorFiles } from './sector-files.js';

/** Plain values: it goes from a thread to the worker's desk. */
export interface SpaceNeed {
  /** Into the thread's own location, or into an attached store. */
  readonly at: 'location' | 'store';
  readonly location: string;
  /** Where the sector's files lie in the location. */
  readonly dir: string;
  readonly sectorId: string;
  readonly sectorBytes: number;
  /** What the stage writes at most; 0 where the plan says nothing of it. */
  readonly bytes: number;
  /** What an earlier try of the stage left, and this one removes before it writes. */
  readonly leftoverBytes: number;
}

/** Null when the thread has no sector whose size is known. */
export function spaceOf(plan: Plan, record: ThreadRecord, location: string): SpaceNeed | null {
  const { sector, state } = record;
  if (!sector || sector.size <= 0) return null;
  const { processor, space } = planState(plan, state) ?? {};
  const { root } = sectorFiles(location, sector.id);
  const at = space?.at ?? 'location';
  return {
    at,
    location,
    dir: root,
    sectorId: sector.id,
    sectorBytes: sector.size,
    bytes: bytesOf(space, sector.size),
    leftoverBytes: at === 'location' ? leftoverBytes(root, processor) : 0,
  };
}

function bytesOf(space: Space | undefined, sectorBytes: number): number {
  return space ? sectorBytes * (space.sizes + (space.layers ?? 0) * layersOf(sectorBytes)) : 0;
}

/** Files that a repeated stage removes before it writes, by processor; any other is replaced when its like is whole. */
const removed: Readonly<Record<string, RegExp>> = {
  pc1: /^cache\/sc-02-data-layer-\d+\.dat$/,
  pc2: /^(sealed|cache\/(p_aux|t_aux|sc-02-data-tree-[cr].*))$/,
  snap_encode: /^(update|update-cache\/(p_aux|t_aux|sc-02-data-tree-[cr].*))$/,
};
/** A file that was not whole when its writer ended. */
const unfinished = /(^|\/)\.[^/]*\.tmp$/;

function leftoverBytes(root: string, processor: string | undefined): number {
  const own = processor === undefined ? undefined : removed[processor];
  return filesUnder(root)
    .filter((name) => unfinished.test(name) || own?.test(name))
    .reduce(
      (sum, name) => sum + (lstatSync(join(root, name), { throwIfNoEntry: false })?.blocks ?? 0) * 512,
      0,
    );
}

function filesUnder(root: string): readonly string[] {
  try {
    return readdirSync(root, { recursive: true, encoding: 'utf8' });
  } catch {
    // No such directory yet, or one that cannot be read: the stage itself says which.
    return [];
  }
}
