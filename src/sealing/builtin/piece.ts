import { base32 } from 'multiformats/bases/base32';
import { wrongData } from './faults.js';
import { paddedSizeOf, padInto, quadPadded, quadPayload } from './fr32.js';
import { chunkBytes, hashNode, heightOf, nodeBytes, PairHasher, zeroNode } from './hash.js';
import { Slices, type Work } from './slices.js';

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
  /** Is given every padded chunk; the bytes are only valid during the call. */
  readonly onPadded?: (padded: Buffer, position: number) => void;
}

const chunkQuads = chunkBytes / quadPadded;
const chunkHeight = heightOf(chunkBytes);

/** CommP of a payload, zero-padded to the piece size. Memory is bounded whatever the size. */
export async function commP(
  chunks: AsyncIterable<Uint8Array>,
  work: Work,
  options: PadOptions = {},
): Promise<PieceCommitment> {
  const slices = new Slices(work);
  const builder = new PieceBuilder(options.onPadded);
  for await (const bytes of chunks) {
    work.signal.throwIfAborted();
    for (let at = 0; at < bytes.length; ) {
      at += builder.take(bytes, at);
      if (slices.isOver) await slices.next();
    }
  }
  const payloadSize = builder.payloadSize;
  const paddedSize = options.paddedSize ?? paddedSizeOf(payloadSize);
  if (paddedSizeOf(payloadSize) > paddedSize)
    throw wrongData(`${payloadSize} bytes do not fit a piece of ${paddedSize}: give it a larger piece`);
  return { commitment: [...builder.finish(heightOf(paddedSize))], paddedSize, payloadSize };
}

/** CIDv1, fil-commitment-unsealed (0xf101), sha2-256-trunc254-padded (0x1012), 32 bytes: multicodec's table. */
const cidPrefix = Uint8Array.of(0x01, 0x81, 0xe2, 0x03, 0x92, 0x20, 0x20);

/** `baga6ea4seaq…` of a CommP. */
export function pieceCid(commitment: ArrayLike<number>): string {
  return base32.encode(Uint8Array.from([...cidPrefix, ...Array.from(commitment)]));
}

/** The CommP inside a piece CID. @throws StageError permanent for any other text */
export function commitmentOfCid(cid: string): number[] {
  const bytes = decode(cid);
  const isPiece =
    bytes?.length === cidPrefix.length + nodeBytes && cidPrefix.every((byte, at) => bytes[at] === byte);
  if (!bytes || !isPiece) throw wrongData(`${cid} is no piece CID: it has to begin with baga6ea4seaq`);
  return [...bytes.subarray(cidPrefix.length)];
}

function decode(cid: string): Uint8Array | undefined {
  try {
    return base32.decode(cid);
  } catch {
    return undefined;
  }
}

/** Pads payload chunk by chunk and keeps one pending node per level of the tree above the chunks. */
class PieceBuilder {
  payloadSize = 0;
  private position = 0;
  private filled = 0;
  private readonly payload = Buffer.alloc(chunkQuads * quadPayload);
  private readonly pairs = new PairHasher();
  private readonly pending: (Buffer | undefined)[] = [];

  constructor(private readonly onPadded: PadOptions['onPadded']) {}

  /** Takes as many bytes from `at` on as fit the open chunk, and returns their count. */
  take(bytes: Uint8Array, at: number): number {
    const count = Math.min(bytes.length - at, this.payload.length - this.filled);
    this.payload.set(bytes.subarray(at, at + count), this.filled);
    this.filled += count;
    this.payloadSize += count;
    if (this.filled === this.payload.length) this.closeChunk();
    return count;
  }

  /** The root at `height` over everything taken and zeros after it. */
  finish(height: number): Buffer {
    if (height < chunkHeight) return this.filled === 0 ? zeroNode(height) : this.reduce(height);
    if (this.filled > 0) this.closeChunk();
    let carry: Buffer | undefined;
    for (let level = chunkHeight; level < height; level += 1) {
      const left = this.pending[level];
      if (left) carry = hashNode(left, carry ?? zeroNode(level));
      else if (carry) carry = hashNode(carry, zeroNode(level));
    }
    return this.pending[height] ?? carry ?? zeroNode(height);
  }

  private closeChunk(): void {
    let node = this.reduce(chunkHeight);
    let level = chunkHeight;
    for (let left = this.pending[level]; left; left = this.pending[level]) {
      node = hashNode(left, node);
      this.pending[level] = undefined;
      level += 1;
    }
    this.pending[level] = node;
    this.filled = 0;
  }

  /** Pads the open chunk, hands it out, and hashes its first `2 ** height` leaves to one node. */
  private reduce(height: number): Buffer {
    const quads = Math.ceil(this.filled / quadPayload);
    const { bytes } = this.pairs;
    this.payload.fill(0, this.filled);
    padInto(this.payload, bytes, quads);
    bytes.fill(0, quads * quadPadded);
    this.onPadded?.(bytes.subarray(0, quads * quadPadded), this.position);
    this.position += quads * quadPadded;
    // Each level overwrites the first half of the one below: a node lands before the pairs still to be read.
    for (let width = 2 ** height; width > 1; width /= 2) this.pairs.hashInto(width / 2, bytes);
    return Buffer.from(bytes.subarray(0, nodeBytes));
  }
}
