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
 * Brings files and directories to where their routes say, in order, each file whole or not at all and read back; run
 * again it makes the same files. A directory's files are added to what the destination holds. Nothing is replaced: what
 * lies there already is the same, or another's.
 * @throws StageError critical when a place refuses or reads back other bytes, permanent for a route that cannot be, or a
 * file that is another; before the first byte where it lies there then
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
  // All at the beginning: a disk that is unmounted later does not get them again on the one below.
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

/** Of a store the root is never made: where that is missing, its disk is. What a worker reads back itself lies in a store that has a mark. */
async function makeDirectory(directory: string, { isMarked }: { readonly isMarked: boolean }): Promise<void> {
  const root = keptRoot(directory);
  const make = isMarked ? makeOnDisk : makeBelow;
  await (root === undefined ? makeWithParents(directory) : make(root, directory)).catch((thrown: unknown) => {
    throw faultAt(directory, thrown);
  });
}

/** Every byte counts twice: it is written, and read back, here or by whoever asks. */
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
