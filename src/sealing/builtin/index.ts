export { pieceCid } from '../../protocol/piece-cid.js';
export {
  type AddPiecesOutput,
  type AddPiecesTask,
  addPieces,
  type PieceSource,
  type PlacedPiece,
} from './add-pieces.js';
export { type C1Output, type C1Task, c1, leavesOf } from './c1.js';
export { type C2Output, type C2Task, c2, verifyC1 } from './c2.js';
export { cacheFiles, cachePath, foreignKeptFiles, keptFiles, layerFile, layersOf } from './cache-files.js';
export type { VanillaProof } from './challenges.js';
export { checkPieceFile } from './check-piece.js';
export { isCondensed } from './condensed.js';
export { faultAt } from './faults.js';
export { paddedSizeOf } from './fr32.js';
export { isSameNode } from './hash.js';
export { replicaIdOf } from './labels.js';
export {
  type Manifest,
  type ManifestPiece,
  manifestIfThere,
  manifestPieces,
  readManifest,
  writeManifest,
} from './manifest.js';
export { type Pc1Output, type Pc1Task, pc1 } from './pc1.js';
export { type Pc2Output, type Pc2Task, pc2 } from './pc2.js';
export { foreignText, isForeignCache, readPersistentAux, refuseForeign } from './persistent-aux.js';
export { commitmentOfCid, commP, type PieceCommitment } from './piece.js';
export { proverId } from './prover-id.js';
export { handedBy, isOurC1, runTask } from './run-task.js';
export { wordsOf } from './server-words.js';
export type { Progress, Work } from './slices.js';
export { type SynthProofTask, synthProof } from './synth-proof.js';
export { type InclusionProof, inclusionProof, verifyInclusion } from './tree.js';
export {
  commDOf,
  placeInfos,
  type TreeDOutput,
  type TreeDTask,
  treeD,
  treeDRoot,
  zerosCommitment,
} from './tree-d.js';
export { type UnsealedPiece, type UnsealTask, unseal } from './unseal.js';
export { proveUpdate, type UpdateCommitments, type UpdateProof, verifyUpdate } from './update-proof.js';
