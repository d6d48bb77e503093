/**
 * Durable writes of files on which a sector or a disk depends: after a power cut each file is complete under its name,
 * in its old or its new version. A draft next to it is synced, renamed or linked to the final name, and the directory
 * is synced.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCodeOf } from '../protocol/errors.js';

type Content = string | Uint8Array;

/** Writes `path`, replacing an existing file. @throws errors of the file system; the existing file is then intact */
export async function writeDurably(path: string, content: Content): Promise<void> {
  await drafted(path, content, (draft) => replaceDurably(draft, path));
}

/** Writes `path` unless it exists. @returns false if it exists: it is left as it is. @throws errors of the file system */
export async function writeNew(path: string, content: Content): Promise<boolean> {
  return drafted(path, content, (draft) => nameNew(draft, path));
}

/** The same, synchronously: for a thread that works on no other disk. */
export function writeNewSync(path: string, content: Content): boolean {
  const draft = draftOf(path);
  try {
    const descriptor = openSync(draft, 'wx');
    try {
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    const isNew = linkedSync(draft, path);
    syncDirectorySync(dirname(path));
    return isNew;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Renames a synced draft to its final name, replacing an existing file. */
export async function replaceDurably(draft: string, path: string): Promise<void> {
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

/**
 * Moves a synced draft to its final name unless that exists.
 * @returns false if it exists: both files are left as they are
 */
export async function nameNew(draft: string, path: string): Promise<boolean> {
  if (!(await linked(draft, path))) return false;
  await rm(draft, { force: true });
  await syncDirectory(dirname(path));
  return true;
}

/** Syncs a file that another program wrote, and its directory. */
export async function syncFile(path: string): Promise<void> {
  await synced(path);
  await syncDirectory(dirname(path));
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  await synced(path).catch((thrown: unknown) => {
    if (!withoutSync.has(systemCodeOf(thrown) ?? '')) throw thrown;
  });
}

async function drafted<T>(path: string, content: Content, place: (draft: string) => Promise<T>): Promise<T> {
  const draft = draftOf(path);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    return await place(draft);
  } finally {
    // Already gone if it was renamed; if the removal fails too, the first error is the one to report.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** Unique for each attempt: two concurrent writers of the same file never share a draft. */
const draftOf = (path: string) => `${path}.${process.pid}-${randomUUID()}.new`;

/** A link, unlike a rename, does not replace a file that another writer has put there. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (code === 'EEXIST') return false;
    if (!withoutLinks.has(code ?? '')) throw thrown;
    if (await isThere(path)) return false;
    await rename(draft, path);
    return true;
  }
}

function linkedSync(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (code === 'EEXIST') return false;
    if (!withoutLinks.has(code ?? '')) throw thrown;
    if (lstatSync(path, { throwIfNoEntry: false })) return false;
    renameSync(draft, path);
    return true;
  }
}

/** Error codes of file systems without hard links. Only there can a file appear between the check and the rename. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Whether the name exists, also as a dangling link. @throws errors of the file system */
export function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (thrown: unknown) => {
      if (systemCodeOf(thrown) === 'ENOENT') return false;
      throw thrown;
    },
  );
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Error codes of file systems that cannot sync a directory (SMB): there is nothing to do. */
const withoutSync = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']);

function syncDirectorySync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } catch (thrown) {
    if (!withoutSync.has(systemCodeOf(thrown) ?? '')) throw thrown;
  } finally {
    closeSync(descriptor);
  }
}
