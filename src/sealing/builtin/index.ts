export { pieceCid } from '../../protocol/piece-cid.js';
export { faultAt } from './faults.js';
export { cacheFiles, cachePath, foreignKeptFiles, keptFiles, layerFile, layersOf } from './files/cache.js';
export {
  type Manifest,
  type ManifestPiece,
  manifestIfThere,
  manifestPieces,
  readManifest,
  writeManifest,
} from './files/manifest.js';
export { type UnsealedPiece, type UnsealTask, unseal } from './files/unseal.js';
export {
  type AddPiecesOutput,
  type AddPiecesTask,
  addPieces,
  type PieceSource,
  type PlacedPiece,
} from './pieces/add-pieces.js';
export { checkPieceFile } from './pieces/check-piece.js';
export { paddedSizeOf } from './pieces/fr32.js';
export { commitmentOfCid, commP, type PieceCommitment } from './pieces/piece.js';
export { wordsOf } from './pieces/server-words.js';
export { type C1Output, type C1Task, c1, leavesOf } from './proofs/c1.js';
export { type C2Output, type C2Task, c2, verifyC1 } from './proofs/c2.js';
export type { VanillaProof } from './proofs/challenges.js';
export { isCondensed } from './proofs/condensed.js';
export { foreignText, isForeignCache, readPersistentAux, refuseForeign } from './proofs/persistent-aux.js';
export { proverId } from './proofs/prover-id.js';
export { type SynthProofTask, synthProof } from './proofs/synth-proof.js';
export {
  proveUpdate,
  type UpdateCommitments,
  type UpdateProof,
  verifyUpdate,
} from './proofs/update-proof.js';
export { handedBy, isOurC1, runTask } from './run-task.js';
export type { Work } from './slices.js';
export { isSameNode } from './trees/hash.js';
export { replicaIdOf } from './trees/labels.js';
export { type Pc1Output, type Pc1Task, pc1 } from './trees/pc1.js';
export { type Pc2Output, type Pc2Task, pc2 } from './trees/pc2.js';
export { type InclusionProof, inclusionProof, verifyInclusion } from './trees/tree.js';
export {
  commDOf,
  placeInfos,
  type TreeDOutput,
  type TreeDTask,
  treeD,
  treeDRoot,
  zerosCommitment,
} from './trees/tree-d.js';
