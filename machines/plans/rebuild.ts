import type { Plan } from '../plan.js';
import * as work from './work.js';

const allocated: readonly string[] = ['deals', 'ticket', 'upgrade', 'comm_r'];
const withPieces = [...allocated, 'pieces'];
const withTreeD = [...withPieces, 'tree_d'];
const withPc1 = [...withTreeD, 'pc1'];
const withPc2 = [...withPc1, 'pc2'];
const checked = [...withPc2, 'checked'];
const withSnapPieces = [...checked, 'snap_pieces'];
const withSnapTreeD = [...withSnapPieces, 'snap_tree_d'];
const encoded = [...withSnapTreeD, 'snap_encode'];
const persisted = [...checked, 'persisted'];
const staged = ['staged'];
const treeD = [...staged, 'tree-d'];
const labels = [...treeD, 'layers'];
const sealed = [...labels, 'sealed'];
/** With synthetic PoRep, its proofs as well. */
const provable = [...sealed, 'synthetic'];
const stored = ['stored'];
const snapStaged = ['sealed', 'snap-staged'];
const snapTreeD = [...snapStaged, 'snap-tree-d'];

/** Makes a lost sector again from its ticket and pieces; an upgraded sector is upgraded again (docs/spec.md#plans). */
export const rebuild: Plan = {
  name: 'rebuild',
  about: 'makes a lost sector again from its ticket and its pieces',
  keeps: {
    pc2_foreign: { with: 'pc2' },
    pc2_checked: { with: 'pc2' },
    snap_encode_foreign: { with: 'snap_encode' },
    snap_prove: 'until-sent-back',
  },
  standsFor: { replica: ['sealed', 'update'] },
  states: [
    { name: 'Empty', ...work.none, needs: { outputs: [], files: [] } },
    { name: 'Allocated', ...work.addPieces, needs: { outputs: allocated, files: [] } },
    { name: 'PieceAdded', ...work.treeD, needs: { outputs: withPieces, files: staged } },
    { name: 'TreeDBuilt', ...work.pc1, needs: { outputs: withTreeD, files: treeD } },
    { name: 'PC1Done', ...work.pc2, needs: { outputs: withPc1, files: labels } },
    {
      name: 'SyntheticPoRepNeeded',
      only: 'synthetic',
      ...work.syntheticProof,
      needs: { outputs: [...withPc2, 'synthetic'], files: sealed },
    },
    { name: 'PC2Done', ...work.c1, isInThread: true, needs: { outputs: withPc2, files: provable } },
    {
      name: 'SealedChecked',
      ...work.snapAddPieces,
      stage: 'PrepareForSnapup',
      needs: { outputs: checked, files: ['sealed'] },
    },
    { name: 'SnapPieceAdded', ...work.snapTreeD, needs: { outputs: withSnapPieces, files: snapStaged } },
    {
      name: 'SnapTreeDBuilt',
      ...work.snapEncode,
      needs: { outputs: withSnapTreeD, files: snapTreeD },
      reads: ['snap-staged', 'sealed'],
    },
    { name: 'SnapEncoded', ...work.snapProve, needs: { outputs: encoded, files: [...snapTreeD, 'update'] } },
    { name: 'SnapDone', ...work.persistFiles, needs: { outputs: checked, files: ['replica'] } },
    {
      name: 'Persisted',
      stage: 'SubmitPersisted',
      needs: { outputs: persisted, files: ['replica'] },
      holds: stored,
    },
    { name: 'Finished', ...work.none, needs: { outputs: persisted, files: [] }, holds: stored },
    { name: 'Aborted', ...work.none, needs: { outputs: [], files: [] } },
  ],
  edges: [
    { from: 'Empty', event: 'AllocatedRebuildSector', to: 'Allocated' },
    { from: 'Allocated', event: 'AddPiece', to: 'PieceAdded' },
    { from: 'PieceAdded', event: 'BuildTreeD', to: 'TreeDBuilt' },
    { from: 'TreeDBuilt', event: 'PC1', to: 'PC1Done' },
    { from: 'PC1Done', event: 'PC2', to: 'PC2Done' },
    { from: 'PC1Done', event: 'PC2NeedSyntheticProof', to: 'SyntheticPoRepNeeded' },
    { from: 'SyntheticPoRepNeeded', event: 'SyntheticPoRep', to: 'PC2Done' },
    { from: 'PC2Done', event: 'CheckSealed', to: 'SealedChecked' },
    { from: 'SealedChecked', event: 'SkipSnap', to: 'SnapDone' },
    { from: 'SealedChecked', event: 'AddPiece', to: 'SnapPieceAdded' },
    { from: 'SnapPieceAdded', event: 'BuildTreeD', to: 'SnapTreeDBuilt' },
    { from: 'SnapTreeDBuilt', event: 'SnapEncode', to: 'SnapEncoded' },
    { from: 'SnapEncoded', event: 'SnapProve', to: 'SnapDone' },
    { from: 'SnapDone', event: 'Persist', to: 'Persisted' },
    { from: 'Persisted', event: 'SubmitPersistance', to: 'Finished' },
  ],
};
