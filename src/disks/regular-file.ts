/** Reads files of unknown origin: only regular files of a bounded size are read; opening a FIFO or a device does not block. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SealvisorError } from '../protocol/errors.js';

/** Without O_NONBLOCK, a FIFO, a terminal or a device blocks the caller until something is written to it. */
const readingFlags = constants.O_RDONLY | constants.O_NONBLOCK;
const noFile = 'is not a regular file';

export interface ReadLimits {
  /** Larger files are refused, bytes. */
  readonly mostBytes: number;
}

/** The whole file. @throws errors of the file system; invalid_request for another kind of file, or one over the limit */
export function readRegularSync(path: string, { mostBytes }: ReadLimits): Buffer {
  const descriptor = openSync(path, readingFlags);
  try {
    const size = checkedSize(path, fstatSync(descriptor), mostBytes);
    // One byte more than the size: a file that grows meanwhile is read up to the size it had.
    const bytes = Buffer.alloc(size + 1);
    let filled = 0;
    for (;;) {
      const count = readSync(descriptor, bytes, filled, bytes.length - filled, filled);
      if (count === 0 || filled + count > size) return bytes.subarray(0, Math.min(size, filled + count));
      filled += count;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The same, asynchronously. */
export async function readRegular(path: string, { mostBytes }: ReadLimits): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    const size = checkedSize(path, await file.stat(), mostBytes);
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Opens a regular file for reading. @throws errors of the file system; invalid_request for another kind of file */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, readingFlags);
  try {
    if ((await file.stat()).isFile()) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  throw refused(path, noFile);
}

function checkedSize(
  path: string,
  facts: { readonly size: number; isFile(): boolean },
  mostBytes: number,
): number {
  if (!facts.isFile()) throw refused(path, noFile);
  if (facts.size <= mostBytes) return facts.size;
  throw refused(path, `has ${facts.size} bytes, more than the ${mostBytes} that are read`);
}

function refused(path: string, why: string): SealvisorError {
  return new SealvisorError('invalid_request', `${path} ${why}: put the right file in its place`);
}
