import type { Plan } from '../plan.js';
import * as ground from './ground.js';

const allocated: readonly string[] = ['deals', 'source'];
const withPieces = [...allocated, 'pieces'];
const withTreeD = [...withPieces, 'tree_d'];
const encoded = [...withTreeD, 'snap_encode'];
const proven = [...encoded, 'snap_prove'];
const persisted = [...proven, 'persisted'];
const staged = ['snap-staged'];
const treeD = [...staged, 'snap-tree-d'];
const stored = ['stored'];

/** A finished sector without deals is encoded again with pieces in it (docs/spec.md#plans, FIP-0019). */
export const snapup: Plan = {
  name: 'snapup',
  about: 'puts pieces into a sector that is sealed already, and proves the change',
  submits: ['upgrade'],
  makes: 'update',
  states: [
    { name: 'Empty', stage: '-', needs: { outputs: [], files: [] } },
    {
      name: 'Allocated',
      stage: 'AddPieces',
      processor: 'add_pieces',
      ground: ground.snapAddPieces,
      space: { at: 'location', sizes: 1 },
      needs: { outputs: allocated, files: [] },
    },
    {
      name: 'PieceAdded',
      stage: 'TreeD',
      processor: 'tree_d',
      ground: ground.snapTreeD,
      space: { at: 'location', sizes: 2 },
      needs: { outputs: withPieces, files: staged },
    },
    {
      name: 'TreeDBuilt',
      stage: 'SnapEncode',
      processor: 'snap_encode',
      ground: ground.snapEncode,
      space: { at: 'location', sizes: 3 },
      needs: { outputs: withTreeD, files: treeD },
      reads: treeD,
    },
    {
      name: 'SnapEncoded',
      stage: 'SnapProve',
      processor: 'snap_prove',
      needs: { outputs: encoded, files: [...treeD, 'update'] },
      holds: ['source'],
    },
    {
      name: 'SnapProved',
      stage: 'PersistFiles',
      processor: 'transfer',
      space: { at: 'store', sizes: 3 },
      needs: { outputs: proven, files: ['update'] },
    },
    {
      name: 'Persisted',
      stage: 'SubmitSnapupProof',
      needs: { outputs: persisted, files: ['update'] },
      holds: stored,
    },
    { name: 'Finished', stage: '-', needs: { outputs: persisted, files: [] }, holds: stored },
    { name: 'Aborted', stage: '-', needs: { outputs: [], files: [] } },
  ],
  edges: [
    { from: 'Empty', event: 'AllocatedSnapUpSector', to: 'Allocated' },
    { from: 'Allocated', event: 'AddPiece', to: 'PieceAdded' },
    { from: 'PieceAdded', event: 'BuildTreeD', to: 'TreeDBuilt' },
    { from: 'TreeDBuilt', event: 'SnapEncode', to: 'SnapEncoded' },
    { from: 'SnapEncoded', event: 'SnapProve', to: 'SnapProved' },
    { from: 'SnapProved', event: 'Persist', to: 'Persisted' },
    { from: 'Persisted', event: 'Finish', to: 'Finished' },
    { from: 'Persisted', event: 'RePersist', to: 'SnapProved' },
  ],
};
