import { createHash, type Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { replaceDurably } from '../../../disks/durable-file.js';
import { makeOne } from '../../../disks/make-below.js';
import { statIfAny } from '../../../disks/stat-if-any.js';
import { StageError } from '../../../protocol/level.js';
import { remember } from '../../digests.js';
import { faultAt } from '../faults.js';
import { Slices, type Work } from '../slices.js';
import { readExactly, readExactlyAside } from './input.js';

/** A file that is being written under its temporary name. */
export interface OutputFile {
  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): void;
  /** Reads back what was written. */
  read(buffer: Buffer, position: number, length: number): void;
  /** `write` and `read` off this thread: its event loop keeps running while a store's disk does not respond. */
  writeAside(bytes: Uint8Array, position: number): Promise<void>;
  readAside(buffer: Buffer, position: number, length: number): Promise<void>;
  /** Makes the file at least `size` bytes long; bytes never written read as zeros and take no space. */
  zerosTo(size: number, work: Work): Promise<void>;
  /** Flushes what was written to the disk. */
  sync(): Promise<void>;
  /** SHA-256 of what was written, including zeros by `zerosTo`; undefined unless it was written from the start without gaps. */
  digest(): string | undefined;
  /** The hash so far, to continue for another file that starts with the same bytes; undefined as for `digest`. */
  passed(): Hash | undefined;
  /** Sets the digest of the contents, when they were not written in order. */
  isDigested(sha256: string): void;
}

/** The name a file has until it is complete. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

export interface WriteOptions {
  /** Creates the directory, but never its parent: if that is missing, its disk may be missing. @default true */
  readonly makesDirectory?: boolean;
  /** The file's name until it is complete. @default temporaryName */
  readonly draft?: string;
  /** Gives the complete file its final name, durably. @default replaces a file of that name */
  place?(draft: string, path: string): Promise<void>;
}

/**
 * Writes `path` so that it is there completely or not at all, also after a power cut: temporary name, fsync, rename,
 * fsync of the directory. A leftover of an earlier attempt is removed first; a failure leaves no temporary file.
 * @throws StageError critical when the place refuses, or another process writes the same temporary file
 */
export async function writeAtomically<T>(
  path: string,
  body: (file: OutputFile) => Promise<T>,
  { makesDirectory = true, draft = temporaryName(path), place = replaceDurably }: WriteOptions = {},
): Promise<T> {
  try {
    if (makesDirectory) await makeOne(dirname(path));
    await rm(draft, { force: true });
    const handle = await open(draft, 'wx+');
    let result: T;
    const output = outputOf(handle, path);
    try {
      result = await body(output);
      await handle.sync();
      if (!(await isStill(draft, handle))) throw writtenTwice(path);
    } finally {
      await handle.close();
    }
    await place(draft, path);
    const digest = output.digest();
    const found = digest === undefined ? undefined : await statIfAny(path);
    if (digest !== undefined && found) remember(path, digest, found);
    return result;
  } catch (thrown) {
    await discard(draft);
    throw faultAt(path, thrown);
  }
}

/** Whether the draft is still ours: another process that writes the same file removes it and creates its own. */
async function isStill(draft: string, handle: FileHandle): Promise<boolean> {
  const [own, found] = await Promise.all([handle.stat(), stat(draft).catch(() => undefined)]);
  return found?.ino === own.ino && found.dev === own.dev;
}

function writtenTwice(path: string): StageError {
  return new StageError(
    'critical',
    `${path} is written by another process at the same time: stop it, then resume`,
  );
}

/** Writes a small JSON file atomically. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, async (file) => file.write(Buffer.from(`${JSON.stringify(value)}\n`), 0));
}

/**
 * Runs a step with several output files: leftovers of an earlier attempt are removed first, and if the step fails none of
 * the files stays, so that an incomplete set is never mistaken for a complete one.
 */
export async function allOrNothing<T>(outputs: readonly string[], body: () => Promise<T>): Promise<T> {
  const removeAll = async () => {
    for (const path of outputs) for (const name of [path, temporaryName(path)]) await discard(name);
  };
  await removeAll();
  try {
    return await body();
  } catch (thrown) {
    await removeAll();
    throw thrown;
  }
}

/** A file that cannot be removed (its directory is gone, or is a file) must not hide the fault that led here. */
async function discard(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

function outputOf(handle: FileHandle, path: string): OutputFile {
  const hash = createHash('sha256');
  // The position up to which it is hashed; undefined after a write that left a gap or went back.
  let end: number | undefined = 0;
  let digest: string | undefined;
  const noteWritten = (bytes: Uint8Array, position: number) => {
    if (position === end && digest === undefined) {
      hash.update(bytes);
      end += bytes.length;
    } else end = undefined;
  };
  return {
    write(bytes, position) {
      let written = 0;
      while (written < bytes.length)
        written += writeSync(handle.fd, bytes, written, bytes.length - written, position + written);
      noteWritten(bytes, position);
    },
    writeAside: async (bytes, position) => {
      const writing = writeAll(handle, bytes, position);
      // Hashed while the disk is writing.
      noteWritten(bytes, position);
      await writing;
    },
    readAside: (buffer, position, length) => readExactlyAside(handle, path, buffer, position, length),
    read: (buffer, position, length) => readExactly(handle.fd, path, buffer, position, length),
    zerosTo: async (size, work) => {
      if (end !== undefined && size > end) await digestZeros(hash, size - end, work);
      if (end !== undefined) end = Math.max(size, end);
      if ((await handle.stat()).size < size) await handle.truncate(size);
    },
    sync: () => handle.sync(),
    digest: () => {
      if (end !== undefined) digest ??= hash.digest('hex');
      return digest;
    },
    passed: () => (end === undefined || digest !== undefined ? undefined : hash.copy()),
    isDigested: (sha256) => {
      end = undefined;
      digest = sha256;
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length)
    written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
}

const zeros = Buffer.alloc(64 * 1024);

/** Hashes zeros that are never written, without reading them from the file. */
async function digestZeros(hash: Hash, count: number, work: Work): Promise<void> {
  const slices = new Slices(work);
  for (let left = count; left > 0; left -= zeros.length) {
    hash.update(left < zeros.length ? zeros.subarray(0, left) : zeros);
    if (slices.isOver) await slices.next();
  }
}
