/** Bytes that are transferred to another thread instead of copied: a copy of 50 MB would block both loops. */
import { transfer } from 'comlink';

/** A mark on the bytes themselves: this module may be loaded twice, since a thread's entry is a separate bundle. */
const mark = Symbol.for('sealvisor.handOver');

/**
 * Marks bytes for transfer with the call or answer that contains them, directly or as a property. They must own their
 * whole ArrayBuffer: it cannot be used on this side afterwards.
 */
export function handOver<T extends Uint8Array>(bytes: T): T {
  return Object.defineProperty(bytes, mark, { value: true });
}

/** The message, with a transfer list of the marked bytes among `values` and one level below. */
export function withHanded<T extends object>(message: T, values: readonly unknown[]): T {
  const buffers = values
    .flatMap(partsOf)
    // The cast is safe: shared memory is never marked.
    .flatMap((part) => (part instanceof Uint8Array && mark in part ? [part.buffer as ArrayBuffer] : []));
  return buffers.length === 0 ? message : transfer(message, buffers);
}

/** The elements of a typed array are not parts. */
function partsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [value];
  return Object.values(value);
}
