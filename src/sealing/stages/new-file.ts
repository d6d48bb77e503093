/** A file that is brought to a place somebody else named: below a directory that is ours to write to, and over nothing. */
import { realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isThere, nameNew } from '../../disks/durable-file.js';
import { makeBelow } from '../../disks/make-below.js';
import { isMissing } from '../../disks/stat-if-any.js';

export class NotAllowed extends Error {}

/** Real paths. */
export interface NewPlace {
  /** The directory that is ours to write to. */
  readonly root: string;
  readonly place: string;
}

/** A place below one of `roots`, links resolved, whether it is there or not. @throws NotAllowed */
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

/** What is not there yet has the real path of what it will lie in. */
export async function realPlace(path: string): Promise<string> {
  const real = await realpath(path).catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  });
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return join(await realPlace(dirname(path)), basename(path));
}

/**
 * Has `bring` write to a name beside `place`, then gives it that name, unless something is there: `check` says whether
 * that is the same, or throws.
 * @throws NotAllowed for a place that moved meanwhile
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
    // Another may have brought it meanwhile.
    if (!(await nameNew(beside, place))) await check();
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}
