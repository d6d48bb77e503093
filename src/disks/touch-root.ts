/** Finds out whether a disk answers: reads alone do not tell, a disk that takes no write may still give what is cached. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { marksDir } from './mark.js';

/**
 * Touches our own directory in a root and brings that to the disk. Resolves when the disk has answered, with what it
 * refused, if it did; never where the disk never answers.
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
    // A refusal is an answer: who works there is told it by what it does next.
    return refusal;
  }
}
