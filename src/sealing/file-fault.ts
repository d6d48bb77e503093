/** What is wrong with one file, compared with the size and digest that were noted when it was complete. */
import { statIfAny } from '../disks/stat-if-any.js';
import { digestOf, digestRead, touchOf } from './digests.js';
import type { FileNote } from './file-notes.js';

/** Files up to this size are digested on every check, in bytes. */
const smallBytes = 1024 * 1024;

export const missing = 'is missing';
const short = (sha256: string) => `sha256 ${sha256.slice(0, 16)}…`;

/**
 * Undefined when the file matches its note. `isRead`: its bytes are read even if its inode is unchanged.
 * @throws a file system error, when the file may exist but cannot be examined
 */
export async function faultOf(
  path: string,
  note: Pick<FileNote, 'size' | 'sha256' | 'touch'>,
  isRead: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await statIfAny(path);
  if (!found?.isFile()) return missing;
  if (Number(found.size) !== note.size) return `has ${found.size} bytes instead of ${note.size}`;
  const isUntouched = note.touch !== '' && touchOf(found) === note.touch;
  if (isUntouched && !isRead && note.size > smallBytes) return undefined;
  const sha256 = await (isRead ? digestRead : digestOf)(path, signal);
  return sha256 === note.sha256
    ? undefined
    : `has the digest ${short(sha256)} instead of ${short(note.sha256)}`;
}
