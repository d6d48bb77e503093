/** A sector that an upstream manager gave out, as seen in calls passed on, for REST and the command line. */
import type { SectorView } from './sealer-view.js';

export interface SeenSector
  extends Pick<
    SectorView,
    'miner' | 'number' | 'id' | 'state' | 'worker' | 'deals' | 'failure' | 'persistedIn' | 'finalized'
  > {
  readonly abort: SectorView['abort'];
  readonly messages: SectorView['messages'];
  readonly isUpgraded: boolean;
  /** null = it was given out before its first call was seen here. */
  readonly proofType: number | null;
  /** All of it comes from calls passed on; the upstream manager may know more. */
  readonly observed: true;
  readonly firstSeenAt: string;
  readonly heardAt: string;
}

/** One request or report about a sector, and its outcome. */
export interface SectorStep {
  readonly seq: number;
  readonly at: string;
  readonly kind: 'given' | 'report' | 'call';
  /** Method name without `Venus.`. */
  readonly method: string;
  /** The worker that last reported the sector up to then. */
  readonly worker: string | null;
  readonly text: string;
}
