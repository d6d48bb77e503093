import type { Plan } from '../plan.js';
import * as work from './work.js';

const withDeals = ['deals'];
const withPieces = [...withDeals, 'pieces'];
const withTreeD = [...withPieces, 'tree_d'];
const withTicket = [...withTreeD, 'ticket'];
const withPc1 = [...withTicket, 'pc1'];
const withPc2 = [...withPc1, 'pc2'];
const persisted = [...withPc2, 'persisted'];
const withSeed = [...persisted, 'seed'];
const withC1 = [...withSeed, 'c1'];
const withC2 = [...withC1, 'c2'];
const proven = [...withC2, 'proof'];
const staged = ['staged'];
const treeD = [...staged, 'tree-d'];
const labels = [...treeD, 'layers'];
const sealed = [...labels, 'sealed'];
const stored = ['stored'];

/** An empty sector without a pre-commit: its challenges follow from the sector itself (FIP-0092; docs/spec.md#plans). */
export const niporep: Plan = {
  name: 'niporep',
  about: 'seals a new empty sector with non-interactive PoRep, without a pre-commit',
  submits: ['proof'],
  makes: 'sealed',
  keeps: {
    ticket_at: { with: 'ticket' },
    pc2_foreign: { with: 'pc2' },
    pc2_checked: { with: 'pc2' },
    // If the sector is sealed again after its proof was submitted, the result must be the same.
    proof_ticket: 'always',
    resubmitProof: 'until-sent-back',
  },
  states: [
    { name: 'Empty', ...work.none, needs: { outputs: [], files: [] } },
    { name: 'Allocated', stage: 'AcquireDeals', needs: { outputs: [], files: [] } },
    { name: 'DealsAcquired', ...work.addPieces, needs: { outputs: withDeals, files: [] } },
    { name: 'PieceAdded', ...work.treeD, needs: { outputs: withPieces, files: staged } },
    { name: 'TreeDBuilt', stage: 'AssignTicket', needs: { outputs: withTreeD, files: treeD } },
    { name: 'TicketAssigned', ...work.pc1, needs: { outputs: withTicket, files: treeD } },
    { name: 'PC1Done', ...work.pc2, needs: { outputs: withPc1, files: labels } },
    { name: 'PC2Done', ...work.persistFiles, needs: { outputs: withPc2, files: sealed } },
    {
      name: 'Persisted',
      stage: 'SubmitPersisted',
      needs: { outputs: persisted, files: sealed },
      holds: stored,
    },
    {
      name: 'PersistanceSubmitted',
      stage: 'WaitSeed',
      needs: { outputs: persisted, files: sealed },
      holds: stored,
    },
    {
      name: 'SeedAssigned',
      ...work.c1,
      needs: { outputs: withSeed, files: sealed },
      reads: ['tree-d', 'layers', 'sealed'],
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
    { from: 'PC2Done', event: 'Persist', to: 'Persisted' },
    { from: 'Persisted', event: 'SubmitPersistance', to: 'PersistanceSubmitted' },
    { from: 'PersistanceSubmitted', event: 'AssignSeed', to: 'SeedAssigned' },
    { from: 'SeedAssigned', event: 'C1', to: 'C1Done' },
    { from: 'C1Done', event: 'C2', to: 'C2Done' },
    { from: 'C2Done', event: 'SubmitProof', to: 'ProofSubmitted' },
    { from: 'ProofSubmitted', event: 'Finish', to: 'Finished' },
    { from: 'ProofSubmitted', event: 'ReSubmitProof', to: 'C2Done' },
  ],
};
