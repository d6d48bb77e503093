import { hash } from 'node:crypto';

/** Bytes of a tree node, a label, a commitment. */
export const nodeBytes = 32;
/** Files are read and written in chunks of this many bytes. */
export const chunkBytes = 64 * 1024;

/**
 * SHA-256 of `input` with its two top bits cleared (a field element), written into `output`.
 * The 'binary' string is on purpose: it is three times as fast as creating a Buffer for every node.
 */
export function hashNodeInto(input: Uint8Array, output: Buffer, offset: number): void {
  output.write(hash('sha256', input, 'binary'), offset, nodeBytes, 'latin1');
  output[offset + 31] = (output[offset + 31] ?? 0) & 0x3f;
}

/** SHA-256 of the parts one after another, two top bits cleared. */
export function hashNode(...parts: readonly Uint8Array[]): Buffer {
  const output = Buffer.alloc(nodeBytes);
  hashNodeInto(Buffer.concat(parts), output, 0);
  return output;
}

/** A chunk whose neighbouring nodes are hashed in pairs; the views of the pairs are created once, not per node. */
export class PairHasher {
  readonly bytes: Buffer;
  private readonly pairs: readonly Buffer[];

  constructor(length: number = chunkBytes) {
    this.bytes = Buffer.alloc(length);
    this.pairs = Array.from({ length: length / 64 }, (_, pair) =>
      this.bytes.subarray(pair * 64, pair * 64 + 64),
    );
  }

  /** Hashes the first `count` pairs into `output`, one node after another. */
  hashInto(count: number, output: Buffer): void {
    for (let pair = 0; pair < count; pair += 1) {
      const view = this.pairs[pair];
      if (view) hashNodeInto(view, output, pair * nodeBytes);
    }
  }
}

/** The same bytes as 32-bit words; they must start at a multiple of 4. */
export function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** Copies one node between byte offsets, word by word: faster than `Buffer.copy` for 32 bytes. */
export function copyNode(from: Uint32Array, fromOffset: number, to: Uint32Array, toOffset: number): void {
  const source = fromOffset / 4;
  const target = toOffset / 4;
  for (let word = 0; word < nodeBytes / 4; word += 1) to[target + word] = from[source + word] ?? 0;
}

/** Height of the tree over a padded size in bytes, a power of two. */
export function heightOf(paddedSize: number): number {
  return Math.round(Math.log2(paddedSize / nodeBytes));
}

/** A 64 bit number, big endian. */
export function u64be(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** True when both are the same bytes. */
export function isSameNode(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Buffer.from(a).equals(Buffer.from(b));
}
