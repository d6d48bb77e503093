/** What an upgrade's data are masked with: encodes, and applied again decodes. */
import { copyNode, hashNode, hashNodeInto, nodeBytes, wordsOf } from './hash.js';

/** The one value that all nodes of an upgrade depend on. */
export function phiOf(commDNew: readonly number[], commROld: readonly number[]): Buffer {
  return hashNode(Buffer.from(commDNew), Buffer.from(commROld));
}

/** Makes the key of a chunk out of the sector as it was; both chunks begin at a multiple of 4 bytes. */
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
