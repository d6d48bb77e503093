/** Bytes that go to another thread instead of being copied there: a copy of 50 MB would hold both loops. */
import { transfer } from 'comlink';

const handed = new WeakSet<Uint8Array>();

/**
 * Lets the bytes go with the call or the answer that they stand in, whole or as a value of its own key. Their
 * ArrayBuffer must be theirs alone: nobody on this side can use it afterwards.
 */
export function handOver<T extends Uint8Array>(bytes: T): T {
  handed.add(bytes);
  return bytes;
}

/** The message, taking along what was handed over among `values` and one step below. */
export function withHanded<T extends object>(message: T, values: readonly unknown[]): T {
  const buffers = values.flatMap(partsOf).flatMap((part) =>
    // Only bytes are handed over.
    part instanceof Uint8Array && handed.has(part) ? [part.buffer as ArrayBuffer] : [],
  );
  return buffers.length === 0 ? message : transfer(message, buffers);
}

function partsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [value];
  return Object.values(value);
}
