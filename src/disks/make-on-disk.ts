/**
 * Makes directories in a root with a mark, through an open descriptor: never on the disk below if the root is
 * unmounted meanwhile.
 */
import { constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { SealvisorError } from '../protocol/errors.js';
import { makeNames, namesBelow } from './make-below.js';
import { marksDir } from './mark.js';
import { isMissing } from './stat-if-any.js';

/** Durable when it resolves. @throws wrong_disk when the root has no mark, and other errors of the file system */
export async function makeOnDisk(root: string, path: string): Promise<void> {
  const names = namesBelow(root, path);
  const marks = await openMarks(root);
  try {
    const held = `/proc/self/fd/${marks.fd}`;
    // The kernel resolves the descriptor before the `..`; join() would drop both.
    await makeNames(existsSync(held) ? `${held}/..` : root, names);
  } finally {
    await marks.close();
  }
}

async function openMarks(root: string) {
  try {
    return await open(join(root, marksDir), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    const message = `${root} is not the disk that was used before (its mark is not there); nothing is written there: mount the disk again`;
    throw new SealvisorError('wrong_disk', message, { cause });
  }
}
