/** What lies at a path, looked at off this thread: the disk may be another than its own, and may not answer. */
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { systemCodeOf } from '../protocol/errors.js';

/** Whether the system says that nothing is there, also where a directory on the way is a file. */
export function isMissing(thrown: unknown): boolean {
  const code = systemCodeOf(thrown);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Undefined where nothing is, also where a directory on the way is a file. @throws what else the file system says */
export async function statIfAny(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

/** Whether anything lies there. @throws what the file system says, where it cannot tell */
export async function isAt(path: string): Promise<boolean> {
  return (await statIfAny(path)) !== undefined;
}
