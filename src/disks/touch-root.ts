/** Checks whether a disk answers. Reads do not show that: a disk that accepts no writes may still return cached data. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { marksDir } from './mark.js';

/**
 * Touches our own directory in a root and syncs it. Resolves when the disk has answered, with its error if it returned
 * one; does not settle while the disk does not answer.
 */
export async function touchRoot(root: string): Promise<unknown> {
  try {
    const directory = await open(join(root, marksDir), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      const now = new Date();
      await directory.utimes(now, now);
      await directory.sync();
    } finally {
      await directory.close();
    }
    return undefined;
  } catch (refusal) {
    // An error is an answer too: the next operation on this disk reports it.
    return refusal;
  }
}
