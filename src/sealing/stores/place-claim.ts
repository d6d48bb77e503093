/**
 * Who brings a sector to a store says so there first, in a hidden file that is gone when all is brought: of two that
 * bring different sectors of one number at the same time, one begins.
 */
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nameNew, writeNew } from '../../disks/durable-file.js';
import { readRegular } from '../../disks/regular-file.js';
import { systemCodeOf } from '../../protocol/errors.js';

export interface PlaceClaim {
  /** 32 bytes, in hex. */
  readonly commR: string;
  /** The worker's name, and the thread's location. */
  readonly worker: string;
  readonly location: string;
  /** RFC 3339 UTC. */
  readonly at: string;
}

/** Beside the sector's own file. */
export function claimFile(file: string): string {
  return join(dirname(file), `.${basename(file)}.claim`);
}

/** Undefined where there is none, or one that cannot be read. */
export async function readClaim(path: string): Promise<PlaceClaim | undefined> {
  try {
    const claim = JSON.parse(
      (await readRegular(path, { mostBytes: 64 * 1024 })).toString(),
    ) as Partial<PlaceClaim> | null;
    // Written below alone; what decides is looked at.
    return typeof claim?.commR === 'string' ? (claim as PlaceClaim) : undefined;
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT' || thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/** The claim that holds: ours, or another's that was there before. Its directory has to be there. */
export async function claimed(path: string, claim: PlaceClaim): Promise<PlaceClaim> {
  // As often as others may come and go meanwhile.
  for (let turn = 0; turn < 5; turn += 1) {
    if (await writeNew(path, `${JSON.stringify(claim)}\n`)) return claim;
    const found = await readClaim(path);
    if (found) return found;
    await removeUnreadable(path);
  }
  return { ...claim, commR: 'unknown', worker: 'unknown' };
}

/** One that cannot be read holds nothing. What another puts there meanwhile is not removed with it. */
async function removeUnreadable(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return;
    throw thrown;
  }
  if (await readClaim(aside)) await nameNew(aside, path);
  await rm(aside, { force: true });
}
