/** A sector as its manager shows it in REST and on the command line. Times are RFC 3339 UTC. */
import type { JobView } from './job-view.js';
import type { ErrorLevel } from './level.js';
import type { Sector } from './sector.js';

export interface SectorView extends Sector {
  /** As its worker last reported. */
  readonly state: string;
  readonly worker: { readonly name: string; readonly location: string } | null;
  /** How many deals it has; null until its worker asks for them. */
  readonly deals: number | null;
  readonly failure: { readonly level: ErrorLevel; readonly message: string } | null;
  readonly persistedIn: string | null;
  readonly finalized: boolean;
  /** It was upgraded (re-encoded with pieces) after it was sealed. */
  readonly isUpgraded: boolean;
  /** The first of its jobs that has not ended. */
  readonly job: Pick<JobView, 'id' | 'kind' | 'state'> | null;
  /** Who declared its files lost, and when; null again after a rebuild. */
  readonly lost: { readonly by: string; readonly reason: string | null; readonly at: string } | null;
  readonly abort: { readonly reason: string; readonly by: string } | null;
  /** Number of messages sent to the chain: more than one only after a failed one. */
  readonly messages: { readonly preCommit: number; readonly proof: number };
  readonly givenAt: string;
}

/** Result of a command for a sector. */
export interface SectorReply extends SectorView {
  readonly changed: boolean;
  readonly message: string;
}
