/** Whose processors sealed a sector: what our own left can be read here, what others left is theirs alone. Loads nothing. */

import { Opaque, opened } from './opaque.js';

/** What our pc1 hands to our pc2 has these two; nobody else's has. Large outputs, in files, are never ours. */
export function isOurPc1(pc1out: unknown): boolean {
  if (pc1out instanceof Opaque && typeof pc1out.json !== 'string') return false;
  const value = opened(pc1out);
  return typeof value === 'object' && value !== null && 'replicaId' in value && 'staged_file' in value;
}

/** The same of an upgrade: whether snap_encode noted that it, or the sector under it, is another's. */
export function isForeignUpdate(outputs: Readonly<Record<string, unknown>>): boolean {
  return outputs.snap_encode_foreign === true;
}

/** Whether pc2 noted that it was not done by ours all through; a record from before that note is ours. */
export function isForeign(outputs: Readonly<Record<string, unknown>>): boolean {
  return outputs.pc2_foreign === true;
}
