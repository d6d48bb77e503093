/** Our own processors behind the tasks that any processor takes: the same work in a thread and in a child process. */
import { proofTypes } from '../../protocol/sector.js';
import type { ProcessorStage, Tasks } from '../tasks.js';
import { addPieces } from './add-pieces.js';
import type { C1Output } from './c1.js';
import { c2 } from './c2.js';
import { wrongData } from './faults.js';
import { openPiece } from './open-piece.js';
import { type Pc1Output, pc1 } from './pc1.js';
import { pc2 } from './pc2.js';
import type { Work } from './slices.js';
import { commDOf, placeInfos, treeD } from './tree-d.js';

type Run<S extends ProcessorStage> = (task: Tasks[S]['task'], work: Work) => Promise<Tasks[S]['output']>;

/** What our pc1 hands to our pc2; opaque to everyone between. */
interface Pc1Handed extends Pc1Output {
  readonly registered_proof: string;
  readonly staged_file: string;
}

const runs: { readonly [S in ProcessorStage]: Run<S> } = {
  add_pieces: async ({ seal_proof_type, pieces, staged_filepath }, work) => {
    const added = await addPieces(
      {
        sectorSize: sizeOf(seal_proof_type),
        pieces: pieces.map(({ piece_file, payload_size, piece_size }) => ({
          cid: null,
          payloadSize: piece_file === 'pledge' ? 0 : payload_size,
          paddedSize: piece_size,
          open: () => openPiece(piece_file, work.signal),
        })),
        stagedPath: staged_filepath,
      },
      work,
    );
    return added.pieces.map(({ commitment, size }) => ({ commitment, size }));
  },
  tree_d: async ({ registered_proof, staged_file, cache_dir }, work) => {
    await treeD({ sectorSize: sizeOf(registered_proof), stagedPath: staged_file, cacheDir: cache_dir }, work);
    return true;
  },
  pc1: async (task, work) => {
    const sectorSize = sizeOf(task.registered_proof);
    const labelled = await pc1(
      {
        sectorSize,
        cacheDir: task.cache_path,
        proverId: task.prover_id,
        sectorNumber: task.sector_id,
        ticket: task.ticket,
        commD: [...commDOf(placeInfos(task.piece_infos), sectorSize)],
      },
      work,
    );
    return { ...labelled, registered_proof: task.registered_proof, staged_file: task.in_path };
  },
  pc2: async ({ pc1out, cache_dir, sealed_file }, work) => {
    const handed = handedBy(pc1out);
    const { commR, commD } = await pc2(
      {
        sectorSize: sizeOf(handed.registered_proof),
        cacheDir: cache_dir,
        stagedPath: handed.staged_file,
        sealedPath: sealed_file,
        pc1: handed,
      },
      work,
    );
    return { registered_proof: handed.registered_proof, comm_r: commR, comm_d: commD };
  },
  c2: ({ c1out, prover_id, sector_id }, work) =>
    // c2 verifies every value in it.
    c2({ c1: c1out as C1Output, proverId: prover_id, sectorNumber: sector_id }, work),
  snap_encode: notYet,
  snap_prove: notYet,
  transfer: notYet,
  unseal: notYet,
  window_post: notYet,
};

async function notYet(): Promise<never> {
  throw wrongData('not done by a built-in processor yet');
}

/** Does a task with our own processor. @throws StageError */
export function runTask<S extends ProcessorStage>(
  stage: S,
  task: Tasks[S]['task'],
  work: Work,
): Promise<Tasks[S]['output']> {
  return runs[stage](task, work);
}

/** What our pc1 made of a sector; foreign outputs have none of it. @throws StageError permanent */
export function handedBy(pc1out: unknown): Pc1Handed {
  if (typeof pc1out === 'object' && pc1out !== null && 'replicaId' in pc1out && 'staged_file' in pc1out)
    // Only our own pc1 writes these two.
    return pc1out as Pc1Handed;
  throw wrongData('pc1 was done by another processor: use its pc2 too, or resume to TicketAssigned');
}

function sizeOf(registeredProof: string): number {
  const found = proofTypes.find((type) => type.registered === registeredProof);
  if (found) return found.size;
  throw wrongData(`unknown proof ${registeredProof}: known are ${proofTypes.map((type) => type.registered)}`);
}
