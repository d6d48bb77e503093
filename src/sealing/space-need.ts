/** How much a stage will write, from its plan's table and the files that are already there. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, planState } from '../../machines/index.js';
import type { PlanState, StageWrites } from '../../machines/plan.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { layersOf } from './builtin/files/cache.js';
import { madeAnew } from './fresh-ground.js';
import { isIncomingOf } from './large-outputs.js';
import { type SectorFiles, sectorFiles } from './sector-files.js';

/** Plain values: they are sent from a thread to the worker. */
export interface SpaceNeed {
  /** Into the thread's own location, or into an attached store. */
  readonly at: 'location' | 'store';
  readonly location: string;
  /** The sector's own directory in the location. */
  readonly dir: string;
  readonly sectorId: string;
  readonly sectorBytes: number;
  /** The most that the stage writes; 0 when the plan does not say. */
  readonly bytes: number;
  /** What an earlier attempt of the stage left and this one removes before it writes; may be more than `bytes`. */
  readonly leftoverBytes: number;
}

/** Null when the thread has no sector whose size is known. */
export async function spaceOf(plan: Plan, record: ThreadRecord, location: string): Promise<SpaceNeed | null> {
  const { sector, state } = record;
  if (!sector || sector.size <= 0) return null;
  const of = planState(plan, state);
  const files = sectorFiles(location, sector.id);
  const at = of?.space?.at ?? 'location';
  return {
    at,
    location,
    dir: files.root,
    sectorId: sector.id,
    sectorBytes: sector.size,
    bytes: bytesOf(of?.space, sector.size),
    leftoverBytes: at === 'location' ? await leftoverBytes(of, files) : 0,
  };
}

function bytesOf(space: StageWrites | undefined, sectorBytes: number): number {
  return space ? sectorBytes * (space.sizes + (space.layers ?? 0) * layersOf(sectorBytes)) : 0;
}

/** A file that was incomplete when its writer ended. */
const unfinished = /(^|\/)\.[^/]*\.tmp$/;

async function leftoverBytes(state: PlanState | undefined, files: SectorFiles): Promise<number> {
  const anew = await removedFirst(state, files);
  const isLeftover = (path: string) =>
    anew.has(path) || unfinished.test(path) || isIncomingOf(path, state?.processor);
  return filesUnder(files.root)
    .map((name) => join(files.root, name))
    .filter(isLeftover)
    .reduce((sum, path) => sum + (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0);
}

async function removedFirst(state: PlanState | undefined, files: SectorFiles): Promise<ReadonlySet<string>> {
  try {
    return await madeAnew(state?.ground, files);
  } catch {
    // A directory cannot be read: the stage itself reports which.
    return new Set();
  }
}

function filesUnder(root: string): readonly string[] {
  try {
    return readdirSync(root, { recursive: true, encoding: 'utf8' });
  } catch {
    // No such directory yet, or one that cannot be read.
    return [];
  }
}
