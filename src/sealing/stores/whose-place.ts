/** Whether the files at a sector's paths in an attached store were written by this thread. */
import { hash } from 'node:crypto';
import type { Brought } from './brought.js';
import type { Occupant, Told } from './occupant.js';

/** What the thread has written there, or is about to write. */
export type Own = Pick<Brought, 'commRs' | 'sha256s'>;

/** Why the files may be another sector's: another CommR, another `p_aux`, or nothing that identifies them. */
export type Doubt = { readonly other: Told } | { readonly why: 'p_aux' | 'untold' };

/** Size of upstream's `p_aux`: CommC and CommRLast, 32 bytes each. A damaged one of ours never has that size. */
const upstreamAuxBytes = 64;

/**
 * Undefined if the files are this thread's, intact or damaged, or if there are none: the small files are written before the
 * sector's own file and removed after it, so that they identify it as long as it is there. `own` includes what is about to
 * be written; `isAgain` says whether this thread has already written there. Pure.
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
  // It takes precedence over our own manifest, which stays when another program's files are copied over ours.
  if (foreignAux?.length === upstreamAuxBytes) return { why: 'p_aux' };
  if (told.length > 0 || (isAgain && !hasFile)) return undefined;
  return { why: foreignAux ? 'p_aux' : 'untold' };
}

export const doubts = {
  p_aux: 'its p_aux is another one',
  untold: 'no file beside it states its CommR',
} as const;
