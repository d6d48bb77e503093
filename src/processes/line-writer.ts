import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

/** A pipe may take a long line at once, and this process's loop would stand still for it; bytes. */
const sliceBytes = 256 * 1024;

/** Writes whole lines, one after the other, each in one or more parts. Resolves when a line is handed to the pipe; rejects when nobody reads. */
export function lineWriter(output: Writable): (...parts: readonly (string | Uint8Array)[]) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const put = (piece: string | Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      output.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  const writeLine = async (parts: readonly (string | Uint8Array)[]) => {
    const isLong = parts.some((part) => part.length > sliceBytes);
    if (!isLong) return put(Buffer.concat([...parts, '\n'].map((part) => Buffer.from(part))));
    for (const part of [...parts, '\n']) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      for (let from = 0; from < bytes.length; from += sliceBytes) {
        await put(bytes.subarray(from, from + sliceBytes));
        await turn();
      }
    }
  };
  return (...parts) => {
    const mine = last.then(() => writeLine(parts));
    last = mine.catch(() => undefined);
    return mine;
  };
}
