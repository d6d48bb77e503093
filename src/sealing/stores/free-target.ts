/** A delivered piece never replaces another file, nor any file of a sector in an attached store. */
import { lstat, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { StageError } from '../../protocol/level.js';
import { digestRead } from '../digests.js';
import type { AttachedStore } from '../stage.js';

/** A store's directories for sectors, and our own. */
const reserved = ['sealed', 'cache', 'update', 'update-cache', '.sealvisor'] as const;

/** @throws StageError permanent when the path is reserved for a sector's files, or a different file is already there */
export async function checkTarget(
  target: string,
  piece: string,
  stores: readonly AttachedStore[],
  signal: AbortSignal,
): Promise<void> {
  const path = resolve(target);
  for (const { name, location } of stores)
    for (const part of reserved)
      if (`${path}${sep}`.startsWith(`${resolve(join(location, part))}${sep}`))
        throw refused(piece, path, `store ${name} keeps sectors there`);
  const found = await lstat(path).catch(() => undefined);
  // If the path cannot be examined, the writer reports that.
  if (found === undefined || (found.isFile() && (await isSame(path, piece, signal)))) return;
  throw refused(piece, path, found.isFile() ? 'another file is there' : 'something else is there');
}

function refused(piece: string, path: string, why: string): StageError {
  return new StageError(
    'permanent',
    `piece ${piece} cannot be delivered to ${path}: ${why}, and it is not replaced; move it away, or name another destination`,
  );
}

/** Whether an earlier attempt has already delivered the same file: it may be delivered again. */
async function isSame(one: string, other: string, signal: AbortSignal): Promise<boolean> {
  const sizes = await Promise.all([one, other].map(async (path) => (await stat(path)).size));
  if (sizes[0] !== sizes[1]) return false;
  return (await digestRead(one, signal)) === (await digestRead(other, signal));
}
