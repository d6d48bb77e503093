import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openRegular } from '../../../disks/regular-file.js';
import { faultAt, wrongData } from '../faults.js';

/** A file opened for reading at positions. */
export class InputFile {
  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  /** Opens `path`. @throws StageError critical when unreadable, permanent when its size is not `expectedSize` bytes */
  static async open(path: string, expectedSize?: number): Promise<InputFile> {
    const handle = await openRegular(path).catch((thrown: unknown) => {
      throw faultAt(path, thrown);
    });
    const stat = await handle.stat();
    if (expectedSize === undefined || stat.size === expectedSize)
      return new InputFile(path, stat.size, handle);
    await handle.close();
    throw wrongData(`${path} has ${stat.size} bytes instead of ${expectedSize}: seal the sector again`);
  }

  /** Fills `length` bytes of `buffer` from `position` of the file. @throws StageError critical, or permanent at an early end */
  read(buffer: Buffer, position: number, length: number): void {
    readExactly(this.handle.fd, this.path, buffer, position, length);
  }

  /** `read` off this thread: its event loop keeps running while a store's disk does not respond. */
  readAside(buffer: Buffer, position: number, length: number): Promise<void> {
    return readExactlyAside(this.handle, this.path, buffer, position, length);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Runs `body` with the file open, and always closes it. */
export async function withInput<T>(
  path: string,
  expectedSize: number | undefined,
  body: (input: InputFile) => Promise<T>,
): Promise<T> {
  const input = await InputFile.open(path, expectedSize);
  try {
    return await body(input);
  } finally {
    await input.close();
  }
}

/** Reads until `length` bytes are there: a single read may return fewer. */
export function readExactly(
  fd: number,
  path: string,
  buffer: Buffer,
  position: number,
  length: number,
): void {
  let filled = 0;
  while (filled < length) {
    let count: number;
    try {
      count = readSync(fd, buffer, filled, length - filled, position + filled);
    } catch (thrown) {
      throw faultAt(path, thrown);
    }
    if (count === 0) throw endsAt(path, position + filled);
    filled += count;
  }
}

export async function readExactlyAside(
  handle: FileHandle,
  path: string,
  buffer: Buffer,
  position: number,
  length: number,
): Promise<void> {
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle
      .read(buffer, filled, length - filled, position + filled)
      .catch((thrown: unknown) => {
        throw faultAt(path, thrown);
      });
    if (bytesRead === 0) throw endsAt(path, position + filled);
    filled += bytesRead;
  }
}

const endsAt = (path: string, at: number) => wrongData(`${path} ends at byte ${at}: seal the sector again`);
