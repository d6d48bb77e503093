/** Roots of trees over zeros: what a filler's CID is made of. */
import { hash } from 'node:crypto';

const nodeBytes = 32;
const zeroNodes: Buffer[] = [Buffer.alloc(nodeBytes)];

/** Root of a tree of `2 ** height` leaves of zeros: SHA-256 of the two below, its two top bits cleared. */
export function zeroNode(height: number): Buffer {
  for (let known = zeroNodes.length; known <= height; known += 1) {
    const below = zeroNodes[known - 1] ?? Buffer.alloc(nodeBytes);
    const node = hash('sha256', Buffer.concat([below, below]), 'buffer');
    node[nodeBytes - 1] = (node[nodeBytes - 1] ?? 0) & 0x3f;
    zeroNodes.push(node);
  }
  return zeroNodes[height] ?? Buffer.alloc(nodeBytes);
}
