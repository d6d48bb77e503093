/** Whose processors sealed a sector: what our own left can be read here, what others left is theirs alone. Loads nothing. */

/** What our pc1 hands to our pc2 has these two; nobody else's has. Large outputs, put aside, are never ours. */
export function isOurPc1(pc1out: unknown): boolean {
  return typeof pc1out === 'object' && pc1out !== null && 'replicaId' in pc1out && 'staged_file' in pc1out;
}

/** The same of an upgrade: whether snap_encode noted that it, or the sector under it, is another's. */
export function isForeignUpdate(outputs: Readonly<Record<string, unknown>>): boolean {
  return outputs.snap_encode_foreign === true;
}

/** Whether pc2 noted that it was not done by ours all through; a record from before that note is ours. */
export function isForeign(outputs: Readonly<Record<string, unknown>>): boolean {
  return outputs.pc2_foreign === true;
}
