/** Asynchronous checks of a path: its disk may not answer. */
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { systemCodeOf } from '../protocol/errors.js';

/** Whether the error says that nothing is there, also because a parent directory is a file. */
export function isMissing(thrown: unknown): boolean {
  const code = systemCodeOf(thrown);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Undefined if nothing is there, also if a parent directory is a file. @throws other errors of the file system */
export async function statIfAny(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

/** Whether anything is there. @throws other errors of the file system */
export async function isAt(path: string): Promise<boolean> {
  return (await statIfAny(path)) !== undefined;
}
