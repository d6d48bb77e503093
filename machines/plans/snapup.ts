import type { Plan } from '../plan.js';
import * as work from './work.js';

const allocated: readonly string[] = ['deals', 'source'];
const withPieces = [...allocated, 'pieces'];
const withTreeD = [...withPieces, 'tree_d'];
const encoded = [...withTreeD, 'snap_encode'];
const proven = [...encoded, 'snap_prove'];
const persisted = [...proven, 'persisted'];
const staged = ['snap-staged'];
const treeD = [...staged, 'snap-tree-d'];
const stored = ['stored'];

/** Encodes a finished sector without deals again, with pieces in it (docs/spec.md#plans, FIP-0019). */
export const snapup: Plan = {
  name: 'snapup',
  about: 'puts pieces into a sector that is sealed already, and proves the change',
  submits: ['upgrade'],
  makes: 'update',
  deals: 'always',
  keeps: { snap_encode_foreign: { with: 'snap_encode' } },
  states: [
    { name: 'Empty', ...work.none, needs: { outputs: [], files: [] } },
    { name: 'Allocated', ...work.snapAddPieces, needs: { outputs: allocated, files: [] } },
    { name: 'PieceAdded', ...work.snapTreeD, needs: { outputs: withPieces, files: staged } },
    { name: 'TreeDBuilt', ...work.snapEncode, needs: { outputs: withTreeD, files: treeD }, reads: treeD },
    {
      name: 'SnapEncoded',
      ...work.snapProve,
      needs: { outputs: encoded, files: [...treeD, 'update'] },
      holds: ['source'],
    },
    { name: 'SnapProved', ...work.persistFiles, needs: { outputs: proven, files: ['update'] } },
    {
      name: 'Persisted',
      stage: 'SubmitSnapupProof',
      needs: { outputs: persisted, files: ['update'] },
      holds: stored,
    },
    { name: 'Finished', ...work.none, needs: { outputs: persisted, files: [] }, holds: stored },
    { name: 'Aborted', ...work.none, needs: { outputs: [], files: [] } },
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
