import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { inTurn } from '../actors/in-turn.js';
import { messageOf } from '../protocol/errors.js';

/** A file's bytes as a part of a line: they never become text. */
export interface FilePart {
  readonly path: string;
  readonly bytes: number;
  /** Of what was written; not known of what an earlier version wrote. */
  readonly sha256?: string | undefined;
}

export type LinePart = string | Uint8Array | FilePart;

/** A pipe may take a long line at once, and this process's loop would be held for it; bytes. */
const sliceBytes = 256 * 1024;

type Put = (piece: Uint8Array) => Promise<void>;

/**
 * Writes whole lines, one after the other, each in one or more parts. Resolves when a line is handed to the pipe; rejects
 * when nobody reads, and when a file is not what it has to be: its line has no end then, and is not a line for who reads it.
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

/** A file that is a part of a line cannot be read, or is not what it has to be. */
class FileFault extends Error {}

/** Whether a line was not written because of a file in it, and not because of who reads it. */
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
      // Each its own: the pipe may hold the one before when the next is read.
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
