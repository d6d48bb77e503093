/** A file that is brought to a place somebody else named: below a directory that is ours to write to, and over nothing. */
import { link, lstat, mkdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { systemCodeOf } from '../../protocol/errors.js';
import { syncDirectory } from '../builtin/atomic-file.js';

export class NotAllowed extends Error {}

/** The real path of a place below one of `roots`, links resolved, whether it is there or not. @throws NotAllowed */
export async function placeBelow(roots: readonly string[], named: string): Promise<string> {
  const place = await realPlace(resolve(named));
  for (const root of roots) {
    const real = await realpath(root).catch(() => undefined);
    if (real !== undefined && place.startsWith(real.endsWith(sep) ? real : `${real}${sep}`)) return place;
  }
  throw new NotAllowed(
    `is not below ${roots.length > 0 ? roots.join(', ') : 'any directory that is listed'}`,
  );
}

/** What is not there yet has the real path of what it will lie in. */
export async function realPlace(path: string): Promise<string> {
  const real = await realpath(path).catch((thrown: unknown) => {
    if (/^ENO(ENT|TDIR)$/.test(systemCodeOf(thrown) ?? '')) return undefined;
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
  place: string,
  key: string,
  check: () => Promise<void>,
  bring: (beside: string) => Promise<void>,
): Promise<void> {
  await check();
  if (await isThere(place)) return;
  const directory = dirname(place);
  await mkdir(directory, { recursive: true });
  if ((await realpath(directory)) !== directory) throw new NotAllowed('is being moved');
  const beside = join(directory, `.${basename(place)}.${key}.part`);
  await rm(beside, { force: true });
  try {
    await bring(beside);
    await named(beside, place).catch(async (thrown: unknown) => {
      if (systemCodeOf(thrown) !== 'EEXIST') throw thrown;
      await check();
    });
    await syncDirectory(directory);
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}

/** Where a file system has no links, the look before the rename has to do. */
async function named(beside: string, place: string): Promise<void> {
  try {
    await link(beside, place);
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'EEXIST' || (await isThere(place))) throw thrown;
    await rename(beside, place);
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (thrown: unknown) => {
      if (systemCodeOf(thrown) === 'ENOENT') return false;
      throw thrown;
    },
  );
}
