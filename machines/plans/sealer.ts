import type { Plan } from '../plan.js';
import * as ground from './ground.js';

const allocated: readonly string[] = [];
const withDeals = [...allocated, 'deals'];
const withPieces = [...withDeals, 'pieces'];
const withTreeD = [...withPieces, 'tree_d'];
const withTicket = [...withTreeD, 'ticket'];
const withPc1 = [...withTicket, 'pc1'];
const withPc2 = [...withPc1, 'pc2'];
const preCommitted = [...withPc2, 'pre_commit'];
const persisted = [...preCommitted, 'persisted'];
const withSeed = [...persisted, 'seed'];
const withC1 = [...withSeed, 'c1'];
const withC2 = [...withC1, 'c2'];
const proven = [...withC2, 'proof'];
const staged = ['staged'];
const treeD = [...staged, 'tree-d'];
const labels = [...treeD, 'layers'];
const sealed = [...labels, 'sealed'];
/** Of a sector with synthetic PoRep its proofs, too. */
const provable = [...sealed, 'synthetic'];
const stored = ['stored'];

/** The default job: a sector from nothing to proven (docs/spec.md#plans). */
export const sealer: Plan = {
  name: 'sealer',
  about: 'seals a new sector, from nothing to proven on chain',
  submits: ['pre-commit', 'proof'],
  makes: 'sealed',
  states: [
    { name: 'Empty', stage: '-', needs: { outputs: [], files: [] } },
    { name: 'Allocated', stage: 'AcquireDeals', needs: { outputs: allocated, files: [] } },
    {
      name: 'DealsAcquired',
      stage: 'AddPieces',
      processor: 'add_pieces',
      ground: ground.addPieces,
      space: { at: 'location', sizes: 1 },
      needs: { outputs: withDeals, files: [] },
    },
    {
      name: 'PieceAdded',
      stage: 'TreeD',
      processor: 'tree_d',
      ground: ground.treeD,
      space: { at: 'location', sizes: 2 },
      needs: { outputs: withPieces, files: staged },
    },
    { name: 'TreeDBuilt', stage: 'AssignTicket', needs: { outputs: withTreeD, files: treeD } },
    {
      name: 'TicketAssigned',
      stage: 'PC1',
      processor: 'pc1',
      ground: ground.pc1,
      space: { at: 'location', sizes: 0, layers: 1 },
      needs: { outputs: withTicket, files: treeD },
      reads: treeD,
    },
    {
      name: 'PC1Done',
      stage: 'PC2',
      processor: 'pc2',
      ground: ground.pc2,
      space: { at: 'location', sizes: 3 },
      needs: { outputs: withPc1, files: labels },
      reads: ['staged', 'last-layer'],
    },
    {
      name: 'SyntheticPoRepNeeded',
      only: 'synthetic',
      stage: 'SyntheticPoRep',
      processor: 'synth_proof',
      ground: ground.synthProof,
      space: { at: 'location', sizes: 0.5 },
      needs: { outputs: [...withPc2, 'synthetic'], files: sealed },
    },
    { name: 'PC2Done', stage: 'SubmitPreCommit', needs: { outputs: withPc2, files: provable } },
    { name: 'PCSubmitted', stage: 'WaitPCLanded', needs: { outputs: preCommitted, files: provable } },
    {
      name: 'PCLanded',
      stage: 'PersistFiles',
      processor: 'transfer',
      space: { at: 'store', sizes: 3 },
      needs: { outputs: preCommitted, files: provable },
    },
    {
      name: 'Persisted',
      stage: 'SubmitPersisted',
      needs: { outputs: persisted, files: provable },
      holds: stored,
    },
    {
      name: 'PersistanceSubmitted',
      stage: 'WaitSeed',
      needs: { outputs: persisted, files: provable },
      holds: stored,
    },
    {
      name: 'SeedAssigned',
      stage: 'C1',
      processor: 'c1',
      needs: { outputs: withSeed, files: provable },
      reads: ['tree-d', 'layers', 'sealed', 'synthetic'],
      holds: stored,
    },
    { name: 'C1Done', stage: 'C2', processor: 'c2', needs: { outputs: withC1, files: [] }, holds: stored },
    { name: 'C2Done', stage: 'SubmitProof', needs: { outputs: withC2, files: [] }, holds: stored },
    {
      name: 'ProofSubmitted',
      stage: 'WaitProofLanded',
      needs: { outputs: proven, files: [] },
      holds: stored,
    },
    { name: 'Finished', stage: '-', needs: { outputs: proven, files: [] }, holds: stored },
    { name: 'Aborted', stage: '-', needs: { outputs: [], files: [] } },
  ],
  edges: [
    { from: 'Empty', event: 'Allocate', to: 'Allocated' },
    { from: 'Allocated', event: 'AcquireDeals', to: 'DealsAcquired' },
    { from: 'DealsAcquired', event: 'AddPiece', to: 'PieceAdded' },
    { from: 'PieceAdded', event: 'BuildTreeD', to: 'TreeDBuilt' },
    { from: 'TreeDBuilt', event: 'AssignTicket', to: 'TicketAssigned' },
    { from: 'TicketAssigned', event: 'PC1', to: 'PC1Done' },
    { from: 'PC1Done', event: 'PC2', to: 'PC2Done' },
    { from: 'PC1Done', event: 'PC2NeedSyntheticProof', to: 'SyntheticPoRepNeeded' },
    { from: 'SyntheticPoRepNeeded', event: 'SyntheticPoRep', to: 'PC2Done' },
    { from: 'PC2Done', event: 'SubmitPC', to: 'PCSubmitted' },
    { from: 'PCSubmitted', event: 'CheckPC', to: 'PCLanded' },
    { from: 'PCSubmitted', event: 'ReSubmitPC', to: 'PC2Done' },
    { from: 'PCLanded', event: 'Persist', to: 'Persisted' },
    { from: 'Persisted', event: 'SubmitPersistance', to: 'PersistanceSubmitted' },
    { from: 'PersistanceSubmitted', event: 'AssignSeed', to: 'SeedAssigned' },
    { from: 'SeedAssigned', event: 'C1', to: 'C1Done' },
    { from: 'C1Done', event: 'C2', to: 'C2Done' },
    { from: 'C2Done', event: 'SubmitProof', to: 'ProofSubmitted' },
    { from: 'ProofSubmitted', event: 'Finish', to: 'Finished' },
    { from: 'ProofSubmitted', event: 'ReSubmitProof', to: 'C2Done' },
  ],
};
