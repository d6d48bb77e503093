/** A sector as its manager shows it: REST and the command line. Times are RFC 3339 UTC. */
import type { ErrorLevel } from './level.js';
import type { Sector } from './sector.js';

export interface SectorView extends Sector {
  /** As its worker told last. */
  readonly state: string;
  readonly worker: { readonly name: string; readonly location: string } | null;
  /** How many deals it holds; null while its worker has asked for none. */
  readonly deals: number | null;
  readonly failure: { readonly level: ErrorLevel; readonly message: string } | null;
  readonly persistedIn: string | null;
  readonly finalized: boolean;
  readonly abort: { readonly reason: string; readonly by: string } | null;
  /** Messages sent to the chain: more than one only where one failed. */
  readonly messages: { readonly preCommit: number; readonly proof: number };
  readonly givenAt: string;
}

/** What happened to a command for a sector. */
export interface SectorReply extends SectorView {
  readonly changed: boolean;
  readonly message: string;
}
