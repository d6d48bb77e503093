import { hash } from 'node:crypto';

/** The length of a Groth16 proof. */
const proofBytes = 192;

/** Whether a proof looks like ours: its second 32 bytes are the SHA-256 of the first. */
export function isCondensed(proof: readonly number[]): boolean {
  const bytes = Buffer.from(proof);
  if (bytes.length !== proofBytes) return false;
  return hash('sha256', bytes.subarray(0, 32), 'buffer').equals(bytes.subarray(32, 64));
}

/** Six SHA-256 hashes, each over the one before: a digest of what was verified, not a proof of anything. */
export function condensed(verified: Uint8Array): number[] {
  const proof: number[] = [];
  for (let link: Uint8Array = verified; proof.length < proofBytes; ) {
    link = hash('sha256', link, 'buffer');
    proof.push(...link);
  }
  return proof;
}
