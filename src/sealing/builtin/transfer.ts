import { createHash } from 'node:crypto';
import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import type { TransferTask } from '../tasks.js';
import { type OutputFile, syncDirectory, temporaryName, writeAtomically } from './atomic-file.js';
import { faultAt, wrongData } from './faults.js';
import { type InputFile, withInput } from './input-file.js';
import { Slices, type Work } from './slices.js';

interface File {
  readonly from: string;
  readonly to: string;
  readonly size: number;
  readonly mayLink: boolean;
}

const copyBytes = 1024 * 1024;
/** Why a link cannot be made where a copy can. */
const noLink = new Set(['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'ENOSYS', 'EINVAL']);

/**
 * Brings files and directories to where their routes say, in order, each file whole or not at all and read back; run
 * again it makes the same files. A directory's files are added to what the destination holds.
 * @throws StageError critical when a place refuses or reads back other bytes, permanent for a route that cannot be
 */
export async function transfer({ stores, routes }: TransferTask, work: Work): Promise<boolean> {
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
    await mkdir(directory, { recursive: true }).catch((thrown: unknown) => {
      throw faultAt(directory, thrown);
    });
  const progress = progressOver(files, work);
  for (const file of files) {
    work.signal.throwIfAborted();
    if (!(file.mayLink && (await linked(file)))) await copy(file, work, progress.passed);
    progress.fileDone(file);
  }
  return true;
}

/** Every byte counts twice: it is written, and read back. */
function progressOver(files: readonly File[], work: Work) {
  const total = 2 * files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  const passed = (bytes: number) => work.progress({ done: before + bytes, total, unit: 'bytes' });
  return {
    passed,
    fileDone: ({ size }: File) => {
      before += 2 * size;
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
  throw wrongData(`${path} is no file: a route to a directory says is_dir`);
}

/** A second name for the same file; false where the file system does not allow it. */
async function linked({ from, to }: File): Promise<boolean> {
  const temporary = temporaryName(to);
  try {
    await rm(temporary, { force: true });
    await link(from, temporary);
    await rename(temporary, to);
    // Where both names were one file already, rename leaves both.
    await rm(temporary, { force: true });
    await syncDirectory(dirname(to));
    return true;
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (noLink.has(systemCodeOf(thrown) ?? '')) return false;
    throw faultAt(to, thrown);
  }
}

async function copy({ from, to, size }: File, work: Work, passed: (bytes: number) => void): Promise<void> {
  const slices = new Slices(work);
  const buffer = Buffer.alloc(copyBytes);
  const copied = (source: InputFile) => async (target: OutputFile) => {
    const each = async (body: (position: number, length: number) => void, before: number) => {
      for (let position = 0; position < size; position += copyBytes) {
        const length = Math.min(copyBytes, size - position);
        body(position, length);
        if (!slices.isOver) continue;
        passed(before + position + length);
        await slices.next();
      }
    };
    await each((position, length) => {
      source.read(buffer, position, length);
      target.write(buffer.subarray(0, length), position);
    }, 0);
    await target.sync();
    const found = createHash('sha256');
    await each((position, length) => {
      target.read(buffer, position, length);
      found.update(buffer.subarray(0, length));
    }, size);
    if (found.digest('hex') !== target.digest())
      throw new StageError('critical', `${to} does not read back as written: check the disk, then resume`);
  };
  await withInput(from, size, (source) => writeAtomically(to, copied(source), { makesDirectory: false }));
}
