/** Makes directories inside a root, durable when it resolves, and never the root itself: where that is missing, its disk is. */
import { mkdir } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { systemCodeOf } from '../protocol/errors.js';
import { syncDirectory } from './durable-file.js';

/** @throws ENOENT when the root is missing, and what else the file system says */
export async function makeBelow(root: string, path: string): Promise<void> {
  const within = relative(root, path);
  if (within === '') return;
  if (within === '..' || within.startsWith(`..${sep}`)) throw new Error(`${path} is not inside ${root}`);
  await makeBelow(root, dirname(path));
  await makeOne(path);
}

/** With all directories above it: for the first use of a root, and for what is no root. */
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
