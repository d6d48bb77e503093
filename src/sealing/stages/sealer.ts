import type { Stage } from '../stage.js';
import {
  assignTicket,
  submitPersisted,
  submitPreCommit,
  submitProof,
  waitPreCommit,
  waitProof,
  waitSeed,
} from './chain.js';
import { persist } from './persist.js';
import { addPieces, treeD } from './pieces.js';
import { abort, acquireDeals, allocateSector, finish } from './sector.js';
import { c1, c2, pc1, pc2, syntheticProof } from './work.js';

/** The stage that leads out of each state of the sealer plan. */
export const sealerStages: Readonly<Record<string, Stage>> = {
  Empty: allocateSector(),
  Allocated: acquireDeals,
  DealsAcquired: addPieces,
  PieceAdded: treeD,
  TreeDBuilt: assignTicket,
  TicketAssigned: pc1,
  PC1Done: pc2,
  SyntheticPoRepNeeded: syntheticProof,
  PC2Done: submitPreCommit,
  PCSubmitted: waitPreCommit,
  PCLanded: persist,
  Persisted: submitPersisted,
  PersistanceSubmitted: waitSeed,
  SeedAssigned: c1,
  C1Done: c2,
  C2Done: submitProof,
  ProofSubmitted: waitProof,
  Finished: finish,
  Aborted: abort,
};
