import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { inTurn } from '../actors/in-turn.js';
import { messageOf } from '../protocol/errors.js';

/** A file's bytes as a part of a line; they are never converted to text. */
export interface FilePart {
  readonly path: string;
  readonly bytes: number;
  /** The digest of the expected content; not known for files of an earlier version. */
  readonly sha256?: string | undefined;
}

export type LinePart = string | Uint8Array | FilePart;

/** Long parts are written in slices of this size, bytes: a pipe that accepts a long line at once would block the loop. */
const sliceBytes = 256 * 1024;

type Put = (piece: Uint8Array) => Promise<void>;

/**
 * Writes whole lines, one after the other, each in one or more parts. Resolves when a line is written to the pipe; rejects
 * when the reader is gone, and when a file is not as expected: the line then stays unfinished, so it is not read as a line.
 */
export function lineWriter(output: Writable): (...parts: readonly LinePart[]) => Promise<void> {
  const oneAtATime = inTurn();
  const put: Put = (piece) =>
    new Promise<void>((resolve, reject) => {
      output.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  const writeLine = async (parts: readonly LinePart[]) => {
    const pieces = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
    const inMemory = pieces.filter((piece) => piece instanceof Uint8Array);
    const isShort = pieces.length === inMemory.length && inMemory.every(({ length }) => length <= sliceBytes);
    const end = Buffer.from('\n');
    if (isShort) return put(Buffer.concat([...inMemory, end]));
    for (const piece of pieces)
      await (piece instanceof Uint8Array ? putBytes(piece, put) : putFile(piece, put));
    await put(end);
  };
  return (...parts) => oneAtATime(() => writeLine(parts));
}

async function putBytes(bytes: Uint8Array, put: Put): Promise<void> {
  for (let from = 0; from < bytes.length; from += sliceBytes) {
    await put(bytes.subarray(from, from + sliceBytes));
    await turn();
  }
}

/** A file that is a part of a line cannot be read, or is not as expected. */
class FileFault extends Error {}

/** Whether a line was not written because of a file in it, and not because of the reader. */
export function isOfFile(thrown: unknown): boolean {
  return thrown instanceof FileFault;
}

async function putFile({ path, bytes, sha256 }: FilePart, put: Put): Promise<void> {
  const unread = (cause: unknown) => {
    throw new FileFault(`${path} cannot be handed to a processor: ${messageOf(cause)}`, { cause });
  };
  const file = await open(path, 'r').catch(unread);
  try {
    const digest = createHash('sha256');
    let left = bytes;
    while (left > 0) {
      // A new buffer each time: the pipe may still hold the previous one.
      const slice = Buffer.allocUnsafe(Math.min(sliceBytes, left));
      const { bytesRead } = await file.read(slice, 0, slice.length).catch(unread);
      if (bytesRead === 0) throw changed(path, `it ends ${left.toLocaleString('en')} bytes early`);
      const read = slice.subarray(0, bytesRead);
      digest.update(read);
      left -= bytesRead;
      await put(read);
    }
    if (sha256 !== undefined && digest.digest('hex') !== sha256) throw changed(path, 'its digest is another');
  } finally {
    await file.close();
  }
}

function changed(path: string, how: string): FileFault {
  return new FileFault(`${path} was changed while it was handed to a processor: ${how}`);
}
