import type { Stage } from '../stage.js';
import { assignTicket, submitPersisted, submitProof, waitProof, waitSeed } from './chain.js';
import { persist } from './persist.js';
import { addPieces, treeD } from './pieces.js';
import { abort, allocateSector, finish } from './sector.js';
import { c1, c2, pc1, pc2 } from './work.js';

/** The stage that leads out of each state of the niporep plan. */
export const niporepStages: Readonly<Record<string, Stage>> = {
  Empty: allocateSector({ isNonInteractive: true }),
  // An empty sector has no deals.
  Allocated: async () => ({ event: 'AcquireDeals', outputs: { deals: [] } }),
  DealsAcquired: addPieces,
  PieceAdded: treeD,
  TreeDBuilt: assignTicket,
  TicketAssigned: pc1,
  PC1Done: pc2,
  PC2Done: persist,
  Persisted: submitPersisted,
  PersistanceSubmitted: waitSeed,
  SeedAssigned: c1,
  C1Done: c2,
  C2Done: submitProof,
  ProofSubmitted: waitProof,
  Finished: finish,
  Aborted: abort,
};
