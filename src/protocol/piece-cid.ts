/** The CID of a piece, and of a piece of zeros. */
import { base32 } from 'multiformats/bases/base32';
import { zeroNode } from './zero-node.js';

/** CIDv1, fil-commitment-unsealed (0xf101), sha2-256-trunc254-padded (0x1012), 32 bytes (multicodec table). */
export const pieceCidPrefix = Uint8Array.of(0x01, 0x81, 0xe2, 0x03, 0x92, 0x20, 0x20);

/** `baga6ea4seaq…` of a CommP. */
export function pieceCid(commitment: ArrayLike<number>): string {
  return base32.encode(Uint8Array.from([...pieceCidPrefix, ...Array.from(commitment)]));
}

/** Tree heights of the smallest piece (128 bytes) and of the largest sector (64 GiB). */
const [lowest, highest] = [2, 31];

let zeros: ReadonlySet<string> | undefined;

/** Whether it is the CID of a piece of zeros of any size: upstream's managers list such pieces among deals. */
export function isZerosCid(cid: string): boolean {
  zeros ??= new Set(Array.from({ length: highest - lowest + 1 }, (_, at) => pieceCid(zeroNode(lowest + at))));
  return zeros.has(cid);
}
