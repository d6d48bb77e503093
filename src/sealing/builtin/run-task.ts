/** Our own processors for the tasks of the processor protocol: the same work in a thread and in a child process. */
import { proofTypes } from '../../protocol/sector.js';
import { opened } from '../opaque.js';
import type { ProcessorStage, Tasks } from '../tasks.js';
import { isOurPc1 } from '../whose-sector.js';
import { wrongData } from './faults.js';
import { transfer } from './files/transfer.js';
import { unsealRange } from './files/unseal-range.js';
import { addPieces } from './pieces/add-pieces.js';
import { quadPadded, quadPayload } from './pieces/fr32.js';
import { openPiece } from './pieces/open-piece.js';
import { type C1Output, c1 } from './proofs/c1.js';
import { c2 } from './proofs/c2.js';
import { refuseForeign } from './proofs/persistent-aux.js';
import { snapProve } from './proofs/snap-prove.js';
import { synthProof } from './proofs/synth-proof.js';
import { proveUpdate, type UpdateProof, verifyUpdate } from './proofs/update-proof.js';
import { windowPost } from './proofs/window-post.js';
import type { Work } from './slices.js';
import { replicaIdOf } from './trees/labels.js';
import { type Pc1Output, pc1 } from './trees/pc1.js';
import { pc2 } from './trees/pc2.js';
import { snapEncode } from './trees/snap-encode.js';
import { commDOf, placeInfos, treeD } from './trees/tree-d.js';

type Run<S extends ProcessorStage> = (task: Tasks[S]['task'], work: Work) => Promise<Tasks[S]['output']>;

/** What our pc1 passes to our pc2; opaque to everything in between. */
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
          paddedSize: (piece_size / quadPayload) * quadPadded,
          open: () => openPiece(piece_file, payload_size, work.signal),
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
  c1: async (task, work) => c1({ ...(await sealedBy(task, 'c1')), seed: task.seed }, work),
  c2: async ({ c1out, prover_id, sector_id }, work) =>
    c2({ c1: c1Handed(c1out), proverId: prover_id, sectorNumber: sector_id }, work),
  synth_proof: async (task, work) => {
    await synthProof(await sealedBy(task, 'synth_proof'), work);
    return true;
  },
  snap_encode: async (task, work) => {
    const { commRNew, commDNew } = await snapEncode(
      {
        sectorSize: sizeOf(task.registered_proof),
        sealedPath: task.sector_path,
        cacheDir: task.sector_cache_path,
        stagedPath: task.staged_data_path,
        pieces: placeInfos(task.piece_infos),
        updatePath: task.new_replica_path,
        newCacheDir: task.new_cache_path,
      },
      work,
    );
    // Our CommR is the root of the tree itself.
    return { comm_r_new: commRNew, comm_r_last_new: commRNew, comm_d_new: commDNew };
  },
  snap_vanilla: async (task, work) => {
    for (const dir of [task.sector_cache_path, task.replica_cache_path])
      await refuseForeign(dir, 'snap_vanilla');
    const sectorSize = sizeOf(task.registered_proof);
    const { comm_r_old: commROld, comm_r_new: commRNew, comm_d_new: commDNew } = task;
    const commitments = { commROld, commRNew, commDNew };
    const dirs = { cacheDir: task.sector_cache_path, newCacheDir: task.replica_cache_path };
    const proofs = await proveUpdate({ sectorSize, ...dirs, ...commitments }, work);
    await verifyUpdate(proofs, commitments, sectorSize, work);
    return proofs;
  },
  snap_prove: ({ registered_proof, vannilla_proofs, comm_r_old, comm_r_new, comm_d_new }, work) =>
    snapProve(
      {
        sectorSize: sizeOf(registered_proof),
        proofs: proofsHanded(vannilla_proofs),
        commROld: comm_r_old,
        commRNew: comm_r_new,
        commDNew: comm_d_new,
      },
      work,
    ),
  transfer,
  unseal: (task, work) =>
    unsealRange(
      {
        sectorSize: sizeOf(task.registered_proof),
        proverId: task.prover_id,
        sectorNumber: task.sector_id,
        ticket: task.ticket,
        commD: task.comm_d,
        cacheDir: task.cache_dir,
        sealedPath: task.sealed_file,
        outputPath: task.unsealed_output,
        offset: task.offset,
        size: task.num_bytes,
        ...upgradeIn(task),
      },
      work,
    ),
  window_post: ({ miner_id, proof_type, replicas, seed }, work) =>
    windowPost(
      {
        sectorSize: sizeOf(sealedProof(proof_type)),
        miner: miner_id,
        seed,
        replicas: replicas.map(({ sector_id, comm_r, cache_dir, sealed_file }) => ({
          sectorNumber: sector_id,
          commR: comm_r,
          cacheDir: cache_dir,
          sealedPath: sealed_file,
        })),
      },
      work,
    ),
};

/** Runs a task with our own processor. @throws StageError, or SealvisorError `data_damaged` from unseal */
export async function runTask<S extends ProcessorStage>(
  stage: S,
  task: Tasks[S]['task'],
  work: Work,
): Promise<Tasks[S]['output']> {
  return runs[stage](task, work);
}

/** What is needed to prove a sealed sector. @throws StageError permanent if another program's pc2 sealed it */
async function sealedBy(task: Tasks['synth_proof']['task'], stage: ProcessorStage) {
  const { registered_proof, cache_dir: cacheDir, prover_id, sector_id, ticket, pc2out } = task;
  await refuseForeign(cacheDir, stage);
  const { comm_d: commD, comm_r: commR } = pc2out;
  const replicaId = [...replicaIdOf({ proverId: prover_id, sectorNumber: sector_id, ticket, commD })];
  const { size: sectorSize, feature } = typeOf(registered_proof);
  return { sectorSize, isSynthetic: feature === 'synthetic', cacheDir, replicaId, commD, commR };
}

/** The output of our own pc1. @throws StageError permanent for the output of another program */
export function handedBy(pc1out: unknown): Pc1Handed {
  // Only our own pc1 writes the members that isOurPc1 looks for.
  if (isOurPc1(pc1out)) return opened(pc1out) as Pc1Handed;
  throw wrongData('pc1 was done by another processor: use its pc2 too, or resume to TicketAssigned');
}

/** Whether our own c1 made it; c2 verifies every value in it. */
export function isOurC1(c1out: unknown): c1out is C1Output {
  const hasAll =
    typeof c1out === 'object' &&
    c1out !== null &&
    'challenges' in c1out &&
    'commR' in c1out &&
    'commD' in c1out;
  return hasAll && Array.isArray(c1out.challenges);
}

function c1Handed(c1out: unknown): C1Output {
  const own = opened(c1out);
  if (isOurC1(own)) return own;
  throw wrongData(
    'C1 was done by another processor, whose output our c2 cannot read: add its [[processors.c2]], restart the worker, then resume',
  );
}

function proofsHanded(vanilla: unknown): readonly UpdateProof[] {
  const own = opened(vanilla);
  // snapProve verifies every value in them.
  if (Array.isArray(own)) return own as readonly UpdateProof[];
  throw wrongData(
    'the vanilla proofs were made by another processor, and our snap_prove cannot read them: add its [[processors.snap_prove]], restart the worker, then resume',
  );
}

/** The task's facts about an upgrade. @throws StageError permanent when only one of the two is given */
function upgradeIn({ comm_r_old: commROld, comm_d_new: commDNew }: Tasks['unseal']['task']) {
  if (commROld && commDNew) return { upgrade: { commROld, commDNew } };
  if (!commROld && !commDNew) return {};
  throw wrongData('of an upgraded sector both comm_r_old and comm_d_new are needed');
}

/** `StackedDrgWindow2KiBV1_2`, on the chain `V1_1` and earlier `V1`, proves sectors that are sealed with `StackedDrg2KiBV1_1`. */
function sealedProof(windowProof: string): string {
  return windowProof.replace(/^StackedDrgWindow(.*V1)(_[12])?$/, 'StackedDrg$1_1');
}

function sizeOf(registeredProof: string): number {
  return typeOf(registeredProof).size;
}

function typeOf(registeredProof: string) {
  // Upstream has separate names for the proofs of an update.
  const found = proofTypes.find(
    (type) => type.registered === registeredProof || type.registeredUpdate === registeredProof,
  );
  if (found) return found;
  throw wrongData(`unknown proof ${registeredProof}: known are ${proofTypes.map((type) => type.registered)}`);
}
