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
  /** Both off this thread: its loop turns while another disk than its own does not answer. */
  writeAside(bytes: Uint8Array, position: number): Promise<void>;
  readAside(buffer: Buffer, position: number, length: number): Promise<void>;
  /** Makes the file at least `size` bytes long; bytes never written read as zeros and take no space. */
  zerosTo(size: number, work: Work): Promise<void>;
  /** Brings what was written to the disk. */
  sync(): Promise<void>;
  /** SHA-256 of what was written, zeros by `zerosTo` included, as long as it was from the start on and without gaps. */
  digest(): string | undefined;
  /** The digest so far, to continue with for another file that begins with the same bytes; under the same condition. */
  passed(): Hash | undefined;
  /** Says the digest of what is there, where it was not written in order. */
  isDigested(sha256: string): void;
}

/** The name a file has until it is complete. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

export interface WriteOptions {
  /** Makes the directory, but never the one above it: where that is missing, its disk may be. @default true */
  readonly makesDirectory?: boolean;
  /** The name until it is complete. @default temporaryName */
  readonly draft?: string;
  /** Gives the complete file its final name, durably. @default over what has it */
  place?(draft: string, path: string): Promise<void>;
}

/**
 * Writes `path` so that it is there completely or not at all, also after a power cut: temporary name, fsync, rename,
 * fsync of the directory. A leftover of an earlier try is removed first; a failure leaves no temporary file.
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

/** Another that writes the same file has removed this one's draft, and made its own. */
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
 * Runs a step with several output files: whatever an earlier try left is removed first, and when the step fails
 * none of them stays, so that no half set is ever taken for a whole one.
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
  // Up to where it is hashed; undefined once a write left a gap or went back.
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
      // Digested while the disk works.
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

/** What nobody writes is not read either. */
async function digestZeros(hash: Hash, count: number, work: Work): Promise<void> {
  const slices = new Slices(work);
  for (let left = count; left > 0; left -= zeros.length) {
    hash.update(left < zeros.length ? zeros.subarray(0, left) : zeros);
    if (slices.isOver) await slices.next();
  }
}
