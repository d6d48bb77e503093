/** A sector as its manager shows it: REST and the command line. Times are RFC 3339 UTC. */
import type { JobView } from './job-view.js';
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
  /** It was encoded again with pieces after it was sealed. */
  readonly isUpgraded: boolean;
  /** The first of its jobs that is not over. */
  readonly job: Pick<JobView, 'id' | 'kind' | 'state'> | null;
  /** Its files are gone, as somebody said; null when they were made again. */
  readonly lost: { readonly by: string; readonly reason: string | null; readonly at: string } | null;
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
