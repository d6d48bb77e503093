/** Finds the files below a directory. Unreadable entries are reported and do not stop the walk. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SealvisorError } from '../../protocol/errors.js';

export interface Unreadable {
  readonly path: string;
  readonly why: string;
}

/** Regular files whose names do not begin with a dot, sorted by path. @throws usage if `root` itself cannot be read */
export async function walkPieces(root: string, onUnreadable: (found: Unreadable) => void): Promise<string[]> {
  const files: string[] = [];
  const take = async (entries: readonly Dirent[]) => {
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      // Node replaces bytes that are not UTF-8 by U+FFFD: such a path cannot be opened.
      if (entry.name.includes('\uFFFD')) onUnreadable({ path, why: 'its name is not UTF-8: rename it' });
      else if (entry.isDirectory())
        await list(path).then(take, (error: unknown) => onUnreadable({ path, why: messageOf(error) }));
      else if (entry.isFile() && !entry.name.startsWith('.')) files.push(path);
    }
  };
  await take(
    await list(root).catch((cause: unknown) => {
      throw new SealvisorError(
        'usage',
        `cannot read the pieces in ${root}: ${messageOf(cause)}; name another directory with --pieces`,
        { cause },
      );
    }),
  );
  return files.toSorted();
}

function list(directory: string): Promise<Dirent[]> {
  return readdir(directory, { withFileTypes: true });
}
