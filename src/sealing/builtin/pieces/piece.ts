import type { create } from 'fr32-sha2-256-trunc254-padded-binary-tree-multihash';
import { base32 } from 'multiformats/bases/base32';
import { pieceCidPrefix } from '../../../protocol/piece-cid.js';
import { zeroNode } from '../../../protocol/zero-node.js';
import { wrongData } from '../faults.js';
import { Slices, type Work } from '../slices.js';
import { chunkBytes, hashNode, heightOf, nodeBytes } from '../trees/hash.js';
import { paddedSizeOf, padInto, quadPadded, quadPayload } from './fr32.js';

export interface PieceCommitment {
  /** CommP: 32 bytes. */
  readonly commitment: number[];
  /** Bytes in the sector: a power of two, at least 128. */
  readonly paddedSize: number;
  readonly payloadSize: number;
}

interface PadOptions {
  /** Size of the piece when it is larger than its payload needs. */
  readonly paddedSize?: number | undefined;
  /** Called with every padded chunk; the bytes are only valid during the call. */
  readonly onPadded?: (padded: Buffer, position: number) => void;
}

const chunkQuads = chunkBytes / quadPadded;

/**
 * CommP of a payload, zero-padded to the piece size, by upstream's hasher (fr32-sha2-256-trunc254-padded-binary-tree).
 * Memory use does not depend on the size.
 */
export async function commP(
  chunks: AsyncIterable<Uint8Array>,
  work: Work,
  options: PadOptions = {},
): Promise<PieceCommitment> {
  const slices = new Slices(work);
  // Imported dynamically: it loads a WebAssembly module with a top-level `await`, which a CommonJS bundle cannot have.
  const fr32 = await import('fr32-sha2-256-trunc254-padded-binary-tree-multihash');
  const hasher = fr32.create();
  const chunk = new PayloadChunk((payload) => hasher.write(payload), options.onPadded);
  try {
    for await (const bytes of chunks) {
      work.signal.throwIfAborted();
      for (let at = 0; at < bytes.length; ) {
        at += chunk.take(bytes, at);
        if (slices.isOver) await slices.next();
      }
    }
    chunk.close();
    const payloadSize = Number(hasher.count());
    const paddedSize = options.paddedSize ?? paddedSizeOf(payloadSize);
    if (paddedSizeOf(payloadSize) > paddedSize)
      throw wrongData(`${payloadSize} bytes do not fit a piece of ${paddedSize}: give it a larger piece`);
    return { commitment: [...rootAt(hasher, heightOf(paddedSize))], paddedSize, payloadSize };
  } finally {
    hasher.free();
  }
}

/** The root of the tree of `height` over what was hashed, filled up with zeros. */
function rootAt(hasher: ReturnType<typeof create>, height: number): Buffer {
  const digest = Buffer.alloc(hasher.digestByteLength());
  hasher.digestInto(digest, 0, false);
  // FRC-0069: the number of zero bytes of padding (varint), the tree's height (one byte), the root.
  let node: Buffer = digest.subarray(-nodeBytes);
  for (let level = digest[digest.length - nodeBytes - 1] ?? height; level < height; level += 1)
    node = hashNode(node, zeroNode(level));
  return node;
}

/** The CommP inside a piece CID. @throws StageError permanent for any other text */
export function commitmentOfCid(cid: string): number[] {
  const bytes = decode(cid);
  const isPiece =
    bytes?.length === pieceCidPrefix.length + nodeBytes &&
    pieceCidPrefix.every((byte, at) => bytes[at] === byte);
  if (!bytes || !isPiece) throw wrongData(`${cid} is not a valid piece CID: it must begin with baga6ea4seaq`);
  return [...bytes.subarray(pieceCidPrefix.length)];
}

function decode(cid: string): Uint8Array | undefined {
  try {
    return base32.decode(cid);
  } catch {
    return undefined;
  }
}

/** Collects payload into chunks of whole quads; each goes to the hasher and, padded, to `onPadded`. */
class PayloadChunk {
  private position = 0;
  private filled = 0;
  private readonly payload = Buffer.alloc(chunkQuads * quadPayload);
  private readonly padded = Buffer.alloc(chunkBytes);

  constructor(
    private readonly hash: (payload: Buffer) => void,
    private readonly onPadded: PadOptions['onPadded'],
  ) {}

  /** Takes as many bytes from `at` on as fit into the open chunk, and returns their count. */
  take(bytes: Uint8Array, at: number): number {
    const count = Math.min(bytes.length - at, this.payload.length - this.filled);
    this.payload.set(bytes.subarray(at, at + count), this.filled);
    this.filled += count;
    if (this.filled === this.payload.length) this.close();
    return count;
  }

  /** Passes on the open chunk, filled up with zeros to whole quads. */
  close(): void {
    if (this.filled === 0) return;
    this.hash(this.payload.subarray(0, this.filled));
    if (this.onPadded) {
      const quads = Math.ceil(this.filled / quadPayload);
      this.payload.fill(0, this.filled);
      padInto(this.payload, this.padded, quads);
      this.onPadded(this.padded.subarray(0, quads * quadPadded), this.position);
      this.position += quads * quadPadded;
    }
    this.filled = 0;
  }
}
