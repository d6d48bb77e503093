import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { makeBelow, makeWithParents } from '../../../disks/make-below.js';
import { makeOnDisk } from '../../../disks/make-on-disk.js';
import { keptRoot } from '../../stores/stored-sector.js';
import type { TransferTask } from '../../tasks.js';
import { faultAt, wrongData } from '../faults.js';
import type { Work } from '../slices.js';
import { brought, type File, isThere } from './brought.js';

/**
 * Copies or links files and directories along their routes, in order, each file completely or not at all; copies are read
 * back unless `read_back` is false. Repeatable. A directory's files are added to those at the destination. Nothing is
 * replaced: a file that is already there must be the same.
 * @throws StageError critical when the file system refuses or a copy reads back differently, permanent for an impossible
 * route or a different file at the destination (if it is there at the start, before the first byte is written)
 */
export async function transfer(
  { stores, routes, read_back: readsBack = true }: TransferTask,
  work: Work,
): Promise<boolean> {
  const files: File[] = [];
  for (const { src, dest, opt } of routes) {
    for (const { store_name: name } of [src, dest])
      if (name !== null && !Object.hasOwn(stores, name))
        throw wrongData(`a route names store ${name}, which is none of ${Object.keys(stores).join(', ')}`);
    const [from, to] = [resolve(src.uri), resolve(dest.uri)];
    const mayLink = opt?.allow_link ?? false;
    if (opt?.is_dir) files.push(...(await filesIn(from, to, mayLink)));
    else files.push({ from, to, size: await sizeOf(from), mayLink });
  }
  // All at the start: if a disk is unmounted later, they are not created again on the disk below its mount point.
  for (const directory of new Set(files.map(({ to }) => dirname(to))))
    await makeDirectory(directory, { isMarked: !readsBack });
  const progress = progressOver(files, readsBack, work);
  const missing: File[] = [];
  for (const file of files)
    if (await isThere(file, work, progress.passed)) progress.fileDone(file);
    else missing.push(file);
  for (const file of missing) {
    work.signal.throwIfAborted();
    await brought(file, readsBack, work, progress.passed);
    progress.fileDone(file);
  }
  return true;
}

/** Never creates the root of a store: if it is missing, its disk is missing. A store has a mark if the worker itself reads back. */
async function makeDirectory(directory: string, { isMarked }: { readonly isMarked: boolean }): Promise<void> {
  const root = keptRoot(directory);
  const make = isMarked ? makeOnDisk : makeBelow;
  await (root === undefined ? makeWithParents(directory) : make(root, directory)).catch((thrown: unknown) => {
    throw faultAt(directory, thrown);
  });
}

/** Every byte counts twice: it is written, and read back here or by the caller. */
function progressOver(files: readonly File[], readsBack: boolean, work: Work) {
  const total = 2 * files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  const passed = (bytes: number) => work.progress({ done: before + bytes, total, unit: 'bytes' });
  return {
    passed,
    fileDone: ({ size }: File) => {
      before += (readsBack ? 2 : 1) * size;
      passed(0);
    },
  };
}

async function filesIn(from: string, to: string, mayLink: boolean): Promise<File[]> {
  if (`${to}${sep}`.startsWith(`${from}${sep}`))
    throw wrongData(`${from} cannot be brought into itself: ${to}`);
  const entries = await readdir(from, { withFileTypes: true }).catch((thrown: unknown) => {
    throw faultAt(from, thrown);
  });
  const files: File[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) files.push(...(await filesIn(source, target, mayLink)));
    else files.push({ from: source, to: target, size: await sizeOf(source), mayLink });
  }
  return files;
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((thrown: unknown) => {
    throw faultAt(path, thrown);
  });
  if (found.isFile()) return found.size;
  throw wrongData(`${path} is not a file: a route to a directory needs is_dir`);
}
