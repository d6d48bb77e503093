/**
 * How each stage is done, in every plan: its processor, the files it starts with, the disk space it needs, the files it
 * reads. Real processors encode in place, skip files of the right size and expect others to exist, so the worker prepares them.
 */
import type { StageWork } from '../plan.js';

/** The state has no work. */
export const none: StageWork = { stage: '-' };

export const addPieces: StageWork = {
  stage: 'AddPieces',
  processor: 'add_pieces',
  ground: { removes: ['staged'] },
  space: { at: 'location', sizes: 1 },
};
/** The processor would accept an old tree of the right size. */
export const treeD: StageWork = {
  stage: 'TreeD',
  processor: 'tree_d',
  ground: { removes: ['tree-d'] },
  space: { at: 'location', sizes: 2 },
};
/** The processor would accept old layers of the right size, even those of another ticket. */
export const pc1: StageWork = {
  stage: 'PC1',
  processor: 'pc1',
  ground: { removes: ['all-but-tree-d'], empties: ['sealed'] },
  space: { at: 'location', sizes: 0, layers: 1 },
  reads: ['staged', 'tree-d'],
};
/** The processor encodes in place, so an already encoded file would be encoded twice. */
export const pc2: StageWork = {
  stage: 'PC2',
  processor: 'pc2',
  ground: { removes: ['sealed-cache', 'synthetic'], copies: { sealed: 'staged' } },
  space: { at: 'location', sizes: 3 },
  reads: ['staged', 'last-layer'],
};
export const syntheticProof: StageWork = {
  stage: 'SyntheticPoRep',
  processor: 'synth_proof',
  ground: { removes: ['synthetic'] },
  space: { at: 'location', sizes: 0.5 },
};
export const c1: StageWork = { stage: 'C1', processor: 'c1' };
export const c2: StageWork = { stage: 'C2', processor: 'c2' };
export const snapAddPieces: StageWork = {
  stage: 'AddPieces',
  processor: 'add_pieces',
  ground: { removes: ['snap-staged'] },
  space: { at: 'location', sizes: 1 },
};
export const snapTreeD: StageWork = {
  stage: 'TreeD',
  processor: 'tree_d',
  ground: { removes: ['snap-tree-d'] },
  space: { at: 'location', sizes: 2 },
};
export const snapEncode: StageWork = {
  stage: 'SnapEncode',
  processor: 'snap_encode',
  ground: { removes: ['update', 'update-all-but-tree-d'] },
  space: { at: 'location', sizes: 3 },
};
export const snapProve: StageWork = { stage: 'SnapProve', processor: 'snap_prove' };
export const persistFiles: StageWork = {
  stage: 'PersistFiles',
  processor: 'transfer',
  space: { at: 'store', sizes: 3 },
};
export const unseal: StageWork = {
  stage: 'Unseal',
  processor: 'unseal',
  ground: { removes: ['piece'] },
  space: { at: 'location', sizes: 3 },
};
export const uploadPiece: StageWork = { stage: 'UploadPiece', processor: 'transfer', reads: ['piece'] };
export const windowPost: StageWork = { stage: 'Generate', processor: 'window_post' };
