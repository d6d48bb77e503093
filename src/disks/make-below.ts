/** Makes directories inside a root, durable when it resolves, and never the root itself: where that is missing, its disk is. */
import { mkdir } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { systemCodeOf } from '../protocol/errors.js';
import { syncDirectory } from './durable-file.js';

/** @throws ENOENT when the root is missing, and what else the file system says */
export async function makeBelow(root: string, path: string): Promise<void> {
  await makeNames(root, namesBelow(root, path));
}

/** From the root to the path, the root left out. */
export function namesBelow(root: string, path: string): readonly string[] {
  const names = relative(root, path).split(sep);
  if (names[0] === '..') throw new Error(`${path} is not inside ${root}`);
  return names.filter((name) => name !== '');
}

/** Each in the one before it, from `root` on, which may be a name of the kernel's that `join` would not keep. */
export async function makeNames(root: string, names: readonly string[]): Promise<void> {
  let at = root;
  for (const name of names) {
    at = `${at}${at.endsWith(sep) ? '' : sep}${name}`;
    await makeOne(at);
  }
}

/** With all directories above it: for the first use of a root, and for what is not a root. */
export async function makeWithParents(path: string): Promise<void> {
  await makeOne(path).catch(async (error: unknown) => {
    if (systemCodeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeWithParents(dirname(path));
    await makeOne(path);
  });
}

/** One directory; the one above it has to be there. */
export async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return;
    throw error;
  }
  await syncDirectory(dirname(path));
}
