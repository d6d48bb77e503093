/** Whose processors sealed a sector: files of our own can be read here, those of other programs cannot. Loads no processor. */

import { Opaque, opened } from './opaque.js';

/** Whether an output is from our pc1: only ours has these two members. Large outputs, in files, are never ours. */
export function isOurPc1(pc1out: unknown): boolean {
  if (pc1out instanceof Opaque && typeof pc1out.json !== 'string') return false;
  const value = opened(pc1out);
  return typeof value === 'object' && value !== null && 'replicaId' in value && 'staged_file' in value;
}

/** Whether snap_encode noted that it, or the sector that it upgraded, was done by another program. */
export function isForeignUpdate(outputs: Readonly<Record<string, unknown>>): boolean {
  return outputs.snap_encode_foreign === true;
}

/**
 * Whether pc2 noted that the sector was not sealed entirely by our processors; a record from a version without that note
 * is ours.
 */
export function isForeign(outputs: Readonly<Record<string, unknown>>): boolean {
  return outputs.pc2_foreign === true;
}
