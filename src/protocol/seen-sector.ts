/** A sector that another manager gave out, as it was seen on the way: REST and the command line. */
import type { SectorView } from './sealer-view.js';

export interface SeenSector
  extends Pick<
    SectorView,
    'miner' | 'number' | 'id' | 'state' | 'worker' | 'deals' | 'failure' | 'persistedIn' | 'finalized'
  > {
  readonly abort: SectorView['abort'];
  readonly messages: SectorView['messages'];
  readonly isUpgraded: boolean;
  /** null = it was given out before anything of it was seen here. */
  readonly proofType: number | null;
  /** What is known of it was seen on the way; the manager behind this one may know more. */
  readonly observed: true;
  readonly firstSeenAt: string;
  readonly heardAt: string;
}

/** One thing that was asked or reported of a sector, and what came of it. */
export interface SectorStep {
  readonly seq: number;
  readonly at: string;
  readonly kind: 'given' | 'report' | 'call';
  /** Without `Venus.`. */
  readonly method: string;
  /** Who reported the sector last by then. */
  readonly worker: string | null;
  readonly text: string;
}
