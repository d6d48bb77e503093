import type { Plan } from '../plan.js';
import * as ground from './ground.js';

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
/** Of a sector with synthetic PoRep its proofs, too. */
const provable = [...sealed, 'synthetic'];
const stored = ['stored'];
const snapStaged = ['sealed', 'snap-staged'];
const snapTreeD = [...snapStaged, 'snap-tree-d'];

/** A lost sector is made again from its ticket and pieces; an upgraded one is upgraded again (docs/spec.md#plans). */
export const rebuild: Plan = {
  name: 'rebuild',
  about: 'makes a lost sector again from its ticket and its pieces',
  states: [
    { name: 'Empty', stage: '-', needs: { outputs: [], files: [] } },
    {
      name: 'Allocated',
      stage: 'AddPieces',
      processor: 'add_pieces',
      ground: ground.addPieces,
      space: { at: 'location', sizes: 1 },
      needs: { outputs: allocated, files: [] },
    },
    {
      name: 'PieceAdded',
      stage: 'TreeD',
      processor: 'tree_d',
      ground: ground.treeD,
      space: { at: 'location', sizes: 2 },
      needs: { outputs: withPieces, files: staged },
    },
    {
      name: 'TreeDBuilt',
      stage: 'PC1',
      processor: 'pc1',
      ground: ground.pc1,
      space: { at: 'location', sizes: 0, layers: 1 },
      needs: { outputs: withTreeD, files: treeD },
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
    { name: 'PC2Done', stage: 'C1', processor: 'c1', needs: { outputs: withPc2, files: provable } },
    {
      name: 'SealedChecked',
      stage: 'PrepareForSnapup',
      processor: 'add_pieces',
      ground: ground.snapAddPieces,
      space: { at: 'location', sizes: 1 },
      needs: { outputs: checked, files: ['sealed'] },
    },
    {
      name: 'SnapPieceAdded',
      stage: 'TreeD',
      processor: 'tree_d',
      ground: ground.snapTreeD,
      space: { at: 'location', sizes: 2 },
      needs: { outputs: withSnapPieces, files: snapStaged },
    },
    {
      name: 'SnapTreeDBuilt',
      stage: 'SnapEncode',
      processor: 'snap_encode',
      ground: ground.snapEncode,
      space: { at: 'location', sizes: 3 },
      needs: { outputs: withSnapTreeD, files: snapTreeD },
      reads: ['snap-staged', 'sealed'],
    },
    {
      name: 'SnapEncoded',
      stage: 'SnapProve',
      processor: 'snap_prove',
      needs: { outputs: encoded, files: [...snapTreeD, 'update'] },
    },
    {
      name: 'SnapDone',
      stage: 'PersistFiles',
      processor: 'transfer',
      space: { at: 'store', sizes: 3 },
      needs: { outputs: checked, files: ['replica'] },
    },
    {
      name: 'Persisted',
      stage: 'SubmitPersisted',
      needs: { outputs: persisted, files: ['replica'] },
      holds: stored,
    },
    { name: 'Finished', stage: '-', needs: { outputs: persisted, files: [] }, holds: stored },
    { name: 'Aborted', stage: '-', needs: { outputs: [], files: [] } },
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
