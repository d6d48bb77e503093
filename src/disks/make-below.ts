/** Makes directories inside a root, durably, and never the root itself: if it is missing, so is its disk. */
import { mkdir } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { systemCodeOf } from '../protocol/errors.js';
import { syncDirectory } from './durable-file.js';

/** Durable when it resolves. @throws ENOENT when the root is missing, and other errors of the file system */
export async function makeBelow(root: string, path: string): Promise<void> {
  await makeNames(root, namesBelow(root, path));
}

/** The names from the root to the path, without the root. */
export function namesBelow(root: string, path: string): readonly string[] {
  const names = relative(root, path).split(sep);
  if (names[0] === '..') throw new Error(`${path} is not inside ${root}`);
  return names.filter((name) => name !== '');
}

/** Makes each inside the one before it, starting in `root`, which may be a /proc path that `join` would change. */
export async function makeNames(root: string, names: readonly string[]): Promise<void> {
  let at = root;
  for (const name of names) {
    at = `${at}${at.endsWith(sep) ? '' : sep}${name}`;
    await makeOne(at);
  }
}

/** Makes the directory and its parents: for the first use of a root, and outside of roots. */
export async function makeWithParents(path: string): Promise<void> {
  await makeOne(path).catch(async (error: unknown) => {
    if (systemCodeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeWithParents(dirname(path));
    await makeOne(path);
  });
}

/** Makes one directory; its parent must exist. */
export async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return;
    throw error;
  }
  await syncDirectory(dirname(path));
}
