/**
 * A thread that writes a sector to a store first claims its paths with a hidden file, which is removed at the end: if two
 * threads write different sectors of the same number at the same time, only one starts.
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

/** Path of the claim, next to the sector's own file. */
export function claimFile(file: string): string {
  return join(dirname(file), `.${basename(file)}.claim`);
}

/** Undefined when there is no claim, or it cannot be read. */
export async function readClaim(path: string): Promise<PlaceClaim | undefined> {
  try {
    const claim = JSON.parse(
      (await readRegular(path, { mostBytes: 64 * 1024 })).toString(),
    ) as Partial<PlaceClaim> | null;
    // Only written below; the member that matters is checked.
    return typeof claim?.commR === 'string' ? (claim as PlaceClaim) : undefined;
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT' || thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/** The claim in effect: ours, or an earlier one of another thread. The directory must exist. */
export async function claimed(path: string, claim: PlaceClaim): Promise<PlaceClaim> {
  // Retried, because other claims may appear and disappear in the meantime.
  for (let turn = 0; turn < 5; turn += 1) {
    if (await writeNew(path, `${JSON.stringify(claim)}\n`)) return claim;
    const found = await readClaim(path);
    if (found) return found;
    await removeUnreadable(path);
  }
  return { ...claim, commR: 'unknown', worker: 'unknown' };
}

/** Removes an unreadable claim, which has no effect, but not a new one that another thread writes in the meantime. */
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
