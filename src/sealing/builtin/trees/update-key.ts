/** The key that the data of an upgrade is XORed with, to encode and to decode. */
import { copyNode, hashNode, hashNodeInto, nodeBytes, wordsOf } from './hash.js';

/** phi, the value that all nodes of an upgrade depend on. */
export function phiOf(commDNew: readonly number[], commROld: readonly number[]): Buffer {
  return hashNode(Buffer.from(commDNew), Buffer.from(commROld));
}

/** Derives the key of a chunk from the sector before the upgrade; both buffers must start at a multiple of 4 bytes. */
export class UpdateKey {
  private readonly preimage = Buffer.from(new ArrayBuffer(2 * nodeBytes));
  private readonly words = wordsOf(this.preimage);

  constructor(phi: Uint8Array) {
    this.preimage.set(phi);
  }

  /** `key[node] = H(phi, old[node])` for the first `length` bytes. */
  into(old: Buffer, key: Buffer, length: number): void {
    const oldWords = wordsOf(old);
    for (let offset = 0; offset < length; offset += nodeBytes) {
      copyNode(oldWords, offset, this.words, nodeBytes);
      hashNodeInto(this.preimage, key, offset);
    }
  }
}
