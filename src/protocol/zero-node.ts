/** Roots of trees over zeros, from which the CID of a filler piece is made. */
import { hash } from 'node:crypto';

const nodeBytes = 32;
const zeroNodes: Buffer[] = [Buffer.alloc(nodeBytes)];

/** Root of a tree of `2 ** height` zero leaves: SHA-256 of its two children, with the two top bits cleared. */
export function zeroNode(height: number): Buffer {
  for (let known = zeroNodes.length; known <= height; known += 1) {
    const below = zeroNodes[known - 1] ?? Buffer.alloc(nodeBytes);
    const node = hash('sha256', Buffer.concat([below, below]), 'buffer');
    node[nodeBytes - 1] = (node[nodeBytes - 1] ?? 0) & 0x3f;
    zeroNodes.push(node);
  }
  return zeroNodes[height] ?? Buffer.alloc(nodeBytes);
}
