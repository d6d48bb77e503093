/** Bytes that go to another thread instead of being copied there: a copy of 50 MB would hold both loops. */
import { transfer } from 'comlink';

/** A mark of the bytes themselves: this module may be there twice, for a thread's entry is a bundle of its own. */
const mark = Symbol.for('sealvisor.handOver');

/**
 * Lets the bytes go with the call or the answer that they stand in, whole or as a value of its own key. Their
 * ArrayBuffer must be theirs alone: nobody on this side can use it afterwards.
 */
export function handOver<T extends Uint8Array>(bytes: T): T {
  return Object.defineProperty(bytes, mark, { value: true });
}

/** The message, taking along what was handed over among `values` and one step below. */
export function withHanded<T extends object>(message: T, values: readonly unknown[]): T {
  const buffers = values
    .flatMap(partsOf)
    // What is shared with another thread is not handed over.
    .flatMap((part) => (part instanceof Uint8Array && mark in part ? [part.buffer as ArrayBuffer] : []));
  return buffers.length === 0 ? message : transfer(message, buffers);
}

/** Of bytes their numbers are no parts. */
function partsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [value];
  return Object.values(value);
}
