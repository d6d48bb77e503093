/**
 * Who brings a sector to a store says so there first, in a hidden file that is gone when all is brought: of two that
 * bring different sectors of one number at the same time, one begins.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

/** The claim that holds: ours, or another's that was there before. */
export async function claimed(path: string, claim: PlaceClaim): Promise<PlaceClaim> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeDurably(draft, `${JSON.stringify(claim)}\n`);
    // As often as others may come and go meanwhile.
    for (let turn = 0; turn < 5; turn += 1) {
      if (await placed(draft, path)) return claim;
      const found = await readClaim(path);
      if (found) return found;
      // It is gone, or was cut off by a power cut: it holds nothing.
      await rm(path, { force: true });
    }
    return { ...claim, commR: 'not told', worker: 'not told' };
  } finally {
    await rm(draft, { force: true });
  }
}

export async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A link, unlike a rename, leaves what another has put there. */
async function placed(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw thrown;
    // A file system without links: between this look and the rename another may come.
    if ((await readClaim(path)) !== undefined) return false;
    await rename(draft, path);
    return true;
  }
}
