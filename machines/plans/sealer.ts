import type { Plan } from '../plan.js';
import * as work from './work.js';

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
/** With synthetic PoRep, its proofs as well. */
const provable = [...sealed, 'synthetic'];
const stored = ['stored'];

/** The default plan: seals a new sector and proves it (docs/spec.md#plans). */
export const sealer: Plan = {
  name: 'sealer',
  about: 'seals a new sector, from nothing to proven on chain',
  submits: ['pre-commit', 'proof'],
  makes: 'sealed',
  deals: 'enabled',
  keeps: {
    ticket_at: { with: 'ticket' },
    pc2_foreign: { with: 'pc2' },
    pc2_checked: { with: 'pc2' },
    pre_commit_at: { with: 'pre_commit' },
    // If the sector is sealed again after its pre-commit, the result must be the same.
    pre_commit_ticket: 'always',
    resubmitPreCommit: 'until-sent-back',
    resubmitProof: 'until-sent-back',
  },
  states: [
    { name: 'Empty', ...work.none, needs: { outputs: [], files: [] } },
    { name: 'Allocated', stage: 'AcquireDeals', needs: { outputs: allocated, files: [] } },
    { name: 'DealsAcquired', ...work.addPieces, needs: { outputs: withDeals, files: [] } },
    { name: 'PieceAdded', ...work.treeD, needs: { outputs: withPieces, files: staged } },
    { name: 'TreeDBuilt', stage: 'AssignTicket', needs: { outputs: withTreeD, files: treeD } },
    { name: 'TicketAssigned', ...work.pc1, needs: { outputs: withTicket, files: treeD } },
    { name: 'PC1Done', ...work.pc2, needs: { outputs: withPc1, files: labels } },
    {
      name: 'SyntheticPoRepNeeded',
      only: 'synthetic',
      ...work.syntheticProof,
      needs: { outputs: [...withPc2, 'synthetic'], files: sealed },
    },
    { name: 'PC2Done', stage: 'SubmitPreCommit', needs: { outputs: withPc2, files: provable } },
    { name: 'PCSubmitted', stage: 'WaitPCLanded', needs: { outputs: preCommitted, files: provable } },
    { name: 'PCLanded', ...work.persistFiles, needs: { outputs: preCommitted, files: provable } },
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
      ...work.c1,
      needs: { outputs: withSeed, files: provable },
      reads: ['tree-d', 'layers', 'sealed', 'synthetic'],
      holds: stored,
    },
    { name: 'C1Done', ...work.c2, needs: { outputs: withC1, files: [] }, holds: stored },
    { name: 'C2Done', stage: 'SubmitProof', needs: { outputs: withC2, files: [] }, holds: stored },
    {
      name: 'ProofSubmitted',
      stage: 'WaitProofLanded',
      needs: { outputs: proven, files: [] },
      holds: stored,
    },
    { name: 'Finished', ...work.none, needs: { outputs: proven, files: [] }, holds: stored },
    { name: 'Aborted', ...work.none, needs: { outputs: [], files: [] } },
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
