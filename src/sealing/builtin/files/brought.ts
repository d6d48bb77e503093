/** Copies or links one file to its destination: completely or not at all, and never over another file. */
import { createHash, hash } from 'node:crypto';
import { link, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { nameNew, syncFile } from '../../../disks/durable-file.js';
import { systemCodeOf } from '../../../protocol/errors.js';
import { StageError } from '../../../protocol/level.js';
import { forget } from '../../digests.js';
import { faultAt, wrongData } from '../faults.js';
import { Slices, type Work } from '../slices.js';
import { type OutputFile, writeAtomically } from './atomic.js';
import { type InputFile, withInput } from './input.js';

export interface File {
  readonly from: string;
  readonly to: string;
  readonly size: number;
  readonly mayLink: boolean;
}

const copyBytes = 1024 * 1024;
/** A small file gets a small buffer. */
const copyBuffer = (size: number) => Buffer.allocUnsafeSlow(Math.min(copyBytes, size));
/** Errors after which a copy may succeed although a link cannot be made. */
const noLink = new Set(['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'ENOSYS', 'EINVAL']);

type Passed = (bytes: number) => void;

/** Whether the same file is already there. @throws StageError permanent for a different file, critical for what is not a file */
export async function isThere({ from, to, size }: File, work: Work, passed: Passed): Promise<boolean> {
  const look = (path: string) =>
    stat(path).catch((thrown: unknown) => {
      if (systemCodeOf(thrown) === 'ENOENT') return undefined;
      throw faultAt(path, thrown);
    });
  const [source, found] = [await look(from), await look(to)];
  if (!found) return false;
  if (!found.isFile())
    throw new StageError(
      'critical',
      `Cannot use ${to} (it is not a regular file): move it away, then resume`,
    );
  const isOneFile = source?.ino === found.ino && source.dev === found.dev;
  const isSame =
    isOneFile || (found.size === size && (await haveSameBytes({ from, to, size }, work, passed)));
  if (!isSame)
    throw wrongData(
      `${to} is another file than ${from} and is not replaced: if it is not needed, move it away, then resume`,
    );
  // Left by an attempt that was killed after the link.
  await rm(transferDraft(from, to), { force: true });
  await syncFile(to);
  return true;
}

function haveSameBytes({ from, to, size }: Omit<File, 'mayLink'>, work: Work, passed: Passed) {
  const slices = new Slices(work);
  const [one, other] = [copyBuffer(size), copyBuffer(size)];
  return withInput(from, size, (source) =>
    withInput(to, size, async (target) => {
      for (let position = 0; position < size; position += copyBytes) {
        const length = Math.min(copyBytes, size - position);
        await Promise.all([
          source.readAside(one, position, length),
          target.readAside(other, position, length),
        ]);
        if (!one.subarray(0, length).equals(other.subarray(0, length))) return false;
        if (!slices.isOver) continue;
        passed(2 * (position + length));
        await slices.next();
      }
      return true;
    }),
  );
}

/** A file of that name already exists. */
class Taken extends Error {}

/** @throws StageError permanent when a different file has been given that name in the meantime */
export async function brought(file: File, readsBack: boolean, work: Work, passed: Passed): Promise<void> {
  try {
    if (!(file.mayLink && (await linked(file)))) await copy(file, readsBack, work, passed);
  } catch (thrown) {
    if (!(thrown instanceof Taken)) throw thrown;
    // The other file is already gone: a retry will find the name free.
    if (!(await isThere(file, work, passed)))
      throw wrongData(`${file.to} comes and goes: resume tries again`);
  }
}

/** A second name for the same file; false where the file system does not allow it. @throws Taken */
async function linked({ from, to }: File): Promise<boolean> {
  try {
    await link(from, to);
    await syncFile(to);
    return true;
  } catch (thrown) {
    const code = systemCodeOf(thrown) ?? '';
    if (code === 'EEXIST') throw new Taken();
    if (noLink.has(code)) return false;
    throw faultAt(to, thrown);
  }
}

/** The draft's name, by source and machine: two transfers of different files to one name use different drafts. */
export function transferDraft(from: string, to: string): string {
  const key = hash('sha1', `${hostname()}\n${from}`).slice(0, 12);
  return join(dirname(to), `.${basename(to)}.${key}.tmp`);
}

async function placeNew(draft: string, path: string): Promise<void> {
  if (!(await nameNew(draft, path))) throw new Taken();
}

async function copy({ from, to, size }: File, readsBack: boolean, work: Work, passed: Passed): Promise<void> {
  const slices = new Slices(work);
  const buffer = copyBuffer(size);
  const copied = (source: InputFile) => async (target: OutputFile) => {
    const each = async (body: (position: number, length: number) => Promise<void>, before: number) => {
      for (let position = 0; position < size; position += copyBytes) {
        const length = Math.min(copyBytes, size - position);
        await body(position, length);
        if (!slices.isOver) continue;
        passed(before + position + length);
        await slices.next();
      }
    };
    await each(async (position, length) => {
      await source.readAside(buffer, position, length);
      await target.writeAside(buffer.subarray(0, length), position);
    }, 0);
    if (!readsBack) return;
    await target.sync();
    const found = createHash('sha256');
    await each(async (position, length) => {
      await target.readAside(buffer, position, length);
      found.update(buffer.subarray(0, length));
    }, size);
    if (found.digest('hex') !== target.digest())
      throw new StageError('critical', `${to} does not read back as written: check the disk, then resume`);
  };
  const options = { makesDirectory: false, draft: transferDraft(from, to), place: placeNew };
  await withInput(from, size, (source) => writeAtomically(to, copied(source), options));
  // A file that was not read back is not known to be intact.
  if (!readsBack) forget(to);
}
