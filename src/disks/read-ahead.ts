/** Reads a whole file, one slice ahead of the consumer: the disk is read while bytes are hashed, written or sent. */
import type { FileHandle } from 'node:fs/promises';

/** Two slices are in memory at once, whatever the file's size; a smaller file needs one buffer of its own size. */
export const sliceBytes = 512 * 1024;

/**
 * Calls `use` with one slice after another, from the start to the end of the file; a slice is valid until `use` resolves.
 * The event loop turns between two slices. No read is in progress when it settles.
 */
export async function readAhead(
  handle: FileHandle,
  use: (slice: Buffer, position: number) => void | Promise<void>,
): Promise<void> {
  const { size } = await handle.stat();
  // One byte more than the size: a short first read shows that the file ends there.
  const length = Math.min(sliceBytes, size + 1);
  const isSmall = length < sliceBytes;
  let slice = Buffer.allocUnsafeSlow(length);
  let next = isSmall ? slice : Buffer.allocUnsafeSlow(length);
  let reading = handle.read(slice, 0, length, 0);
  let position = 0;
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      const isLast = bytesRead < length && position + bytesRead === size;
      const after = position + bytesRead;
      const isAhead = !isSmall && !isLast;
      if (isAhead) {
        reading = handle.read(next, 0, length, after);
        // An error is thrown where the read is awaited.
        reading.catch(() => undefined);
      }
      await use(slice.subarray(0, bytesRead), position);
      if (isLast) return;
      if (!isAhead) reading = handle.read(slice, 0, length, after);
      position = after;
      [slice, next] = [next, slice];
    }
  } finally {
    await reading.catch(() => undefined);
  }
}
