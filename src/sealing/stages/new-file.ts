/** Writes a file to a path that came from outside: only below a directory that we may write to, and never over a file. */
import { realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isThere, nameNew } from '../../disks/durable-file.js';
import { makeBelow } from '../../disks/make-below.js';
import { isMissing } from '../../disks/stat-if-any.js';

export class NotAllowed extends Error {}

/** Real paths. */
export interface NewPlace {
  /** The directory that we may write to. */
  readonly root: string;
  readonly place: string;
}

/** A path below one of `roots`, with links resolved; the file need not exist. @throws NotAllowed */
export async function placeBelow(roots: readonly string[], named: string): Promise<NewPlace> {
  const place = await realPlace(resolve(named));
  for (const root of roots) {
    const real = await realpath(root).catch(() => undefined);
    if (real !== undefined && place.startsWith(real.endsWith(sep) ? real : `${real}${sep}`))
      return { root: real, place };
  }
  throw new NotAllowed(
    `is not below ${roots.length > 0 ? roots.join(', ') : 'any directory that is listed'}`,
  );
}

/** The real path; for a path that does not exist yet, below the real path of its parent. */
export async function realPlace(path: string): Promise<string> {
  const real = await realpath(path).catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  });
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return join(await realPlace(dirname(path)), basename(path));
}

/**
 * Lets `bring` write to a temporary name next to `place`, then gives the file its final name, unless a file is already there:
 * then `check` throws if that is a different one.
 * @throws NotAllowed for a place that has moved in the meantime
 */
export async function asNewFile(
  { root, place }: NewPlace,
  key: string,
  check: () => Promise<void>,
  bring: (beside: string) => Promise<void>,
): Promise<void> {
  await check();
  if (await isThere(place)) return;
  const directory = dirname(place);
  await makeBelow(root, directory);
  if ((await realpath(directory)) !== directory) throw new NotAllowed('is being moved');
  const beside = join(directory, `.${basename(place)}.${key}.part`);
  await rm(beside, { force: true });
  try {
    await bring(beside);
    // Another process may have written it in the meantime.
    if (!(await nameNew(beside, place))) await check();
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}
