/**
 * Files that decide about a sector or a disk: after a power cut each is there whole, as it was before or as it was
 * written, and so is its name. A draft beside it is brought to the disk, gets the final name, and the directory is brought
 * to the disk.
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

/** Writes `path` over what is there. @throws what the file system says; what was there is whole then */
export async function writeDurably(path: string, content: Content): Promise<void> {
  await drafted(path, content, (draft) => replaceDurably(draft, path));
}

/** Writes `path` where nothing has that name. @returns false where something has: it stays. @throws what the file system says */
export async function writeNew(path: string, content: Content): Promise<boolean> {
  return drafted(path, content, (draft) => nameNew(draft, path));
}

/** The same, on this thread: for one that works on no other disk. */
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

/** Gives a draft that is on the disk its final name, over what has it. */
export async function replaceDurably(draft: string, path: string): Promise<void> {
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

/**
 * Gives a draft that is on the disk its final name, where nothing has it; the draft's own name is gone then.
 * @returns false where something has the name: that stays, and so does the draft
 */
export async function nameNew(draft: string, path: string): Promise<boolean> {
  if (!(await linked(draft, path))) return false;
  await rm(draft, { force: true });
  await syncDirectory(dirname(path));
  return true;
}

/** Brings a file that another program wrote to the disk, and its name. */
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
    // Gone already where it got its name; where the disk refuses, the first fault is the one to be told.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** Of this very try: two that write the same file at the same time never write to one draft. */
const draftOf = (path: string) => `${path}.${process.pid}-${randomUUID()}.new`;

/** A link, unlike a rename, leaves what another has put there. */
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

/** What a file system without links says. Between the look and the rename another may come there, as it may on no other. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Whether anything has the name, be it a link to nothing. @throws what the file system says */
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

/** What a file system says that keeps the names in a directory by other means (SMB): there is nothing to bring to it. */
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
