/** Whether what lies in a place of an attached store is what a thread has brought there itself. */
import { hash } from 'node:crypto';
import type { Brought } from './brought.js';
import type { Occupant, Told } from './occupant.js';

/** What the thread has brought to the place, or is about to bring there. */
export type Own = Pick<Brought, 'commRs' | 'sha256s'>;

/** Why it may be another's: a CommR that is not this thread's, a `p_aux` that is not, or nothing that says whose it is. */
export type Doubt = { readonly other: Told } | { readonly why: 'p_aux' | 'untold' };

/** Upstream's processors write CommC and CommRLast, 32 bytes each. A damaged one of ours never has that size. */
const upstreamAuxBytes = 64;

/**
 * Undefined where it is this thread's, whole or damaged, or where nothing lies: its small files are written before the
 * sector's own file and removed after it, so that one of them tells whose it is as long as the file is there. `own` holds
 * what is about to be brought, too, and `isAgain` says whether anything was before. Pure.
 */
export function doubtOf(
  { isThere, hasFile, told, foreignAux }: Occupant,
  own: Own,
  isAgain: boolean,
): Doubt | undefined {
  if (!isThere) return undefined;
  const other = told.find(({ commR }) => !own.commRs.includes(commR));
  if (other) return { other };
  if (foreignAux && own.sha256s.includes(hash('sha256', foreignAux))) return undefined;
  // It counts more than our own manifest, which stays where another's files are copied over these.
  if (foreignAux?.length === upstreamAuxBytes) return { why: 'p_aux' };
  if (told.length > 0 || (isAgain && !hasFile)) return undefined;
  return { why: foreignAux ? 'p_aux' : 'untold' };
}

export const doubts = {
  p_aux: 'its p_aux is another one',
  untold: 'no file beside it states its CommR',
} as const;
