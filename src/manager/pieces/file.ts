/**
 * Piece files are read only below the directories that the operator lists, and only if they are regular files: a path
 * may be replaced at any time.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { messageOf, SealvisorError, systemCodeOf } from '../../protocol/errors.js';

export interface PieceFile {
  /** The caller closes it, or the stream that reads from it. */
  readonly handle: FileHandle;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * Opens a regular file below one of `roots`, with links in its directories resolved; the opened file is the one that
 * was checked.
 * @throws piece_missing, naming --piece-roots if the file is outside the roots
 */
export async function openPieceFile(path: string, roots: readonly string[]): Promise<PieceFile> {
  // Refuses a link as the last part, and does not block on a pipe without a writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((cause: unknown) => {
    const why = systemCodeOf(cause) === 'ELOOP' ? 'it is a link' : messageOf(cause);
    throw missing(`${path} cannot be read (${why})`, cause);
  });
  try {
    const found = await handle.stat();
    const { size, mtimeMs, dev, ino } = found;
    if (!found.isFile()) throw missing(`${path} is not a regular file`);
    const real = await realpath(path);
    const there = await stat(real);
    if (there.dev !== dev || there.ino !== ino) throw missing(`${path} is being replaced: try again`);
    if (await isBelow(real, roots)) return { handle, size, mtimeMs };
    throw missing(
      `${real} is outside the directories that pieces are read from: list its directory in --piece-roots`,
    );
  } catch (thrown) {
    await handle.close();
    throw thrown instanceof SealvisorError
      ? thrown
      : missing(`${path} cannot be read (${messageOf(thrown)})`, thrown);
  }
}

/** @throws usage for a directory whose pieces may not be read */
export async function checkPieceDirectory(directory: string, roots: readonly string[]): Promise<void> {
  const real = await realpath(directory).catch((cause: unknown) => {
    throw new SealvisorError('usage', `cannot read the pieces in ${directory}: ${messageOf(cause)}`, {
      cause,
    });
  });
  if (await isBelow(real, roots)) return;
  const known = roots.length > 0 ? `below ${roots.join(', ')}` : 'nowhere';
  throw new SealvisorError(
    'usage',
    `pieces may be read ${known}, not in ${real}: move them, or start the manager with --piece-roots ${real}`,
  );
}

/** Whether a resolved path is one of the roots, or below one. A root that does not exist is ignored. */
async function isBelow(path: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    const real = await realpath(root).catch(() => undefined);
    if (real !== undefined && `${path}${sep}`.startsWith(real.endsWith(sep) ? real : `${real}${sep}`))
      return true;
  }
  return false;
}

function missing(what: string, cause?: unknown): SealvisorError {
  return new SealvisorError('piece_missing', what, { cause });
}
