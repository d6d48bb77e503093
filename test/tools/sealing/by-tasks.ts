import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { payloadOf } from '#src/protocol/sector.js';
import { c1, proverId } from '#src/sealing/builtin/index.js';
import type { PieceFile, ProcessorStage, Tasks } from '#src/sealing/tasks.js';
import { seed as firstSeed, ticket as firstTicket, KiB, makeWork } from './chain.js';

export type Run = <S extends ProcessorStage>(stage: S, task: Tasks[S]['task']) => Promise<Tasks[S]['output']>;

export interface TaskPiece {
  readonly file: PieceFile;
  readonly payloadSize: number;
  readonly paddedSize: number;
}

/** What the chain gave; bytes. */
export interface TaskSector {
  readonly number: number;
  readonly ticket: readonly number[];
  readonly seed: readonly number[];
}

/** Seals a 2KiB sector by the tasks of the protocol, add_pieces to c2. */
export async function sealByTasks(
  dir: string,
  pieces: readonly TaskPiece[],
  run: Run,
  { number, ticket, seed }: TaskSector = { number: 2, ticket: firstTicket, seed: firstSeed },
) {
  const registered_proof = 'StackedDrg2KiBV1_1';
  const staged = join(dir, 'staged');
  const sealed = join(dir, 'sealed');
  const cache_dir = join(dir, 'cache');
  const miner = { prover_id: proverId(10000), sector_id: number };
  const piece_infos = await run('add_pieces', {
    seal_proof_type: registered_proof,
    pieces: pieces.map(({ file, payloadSize, paddedSize }) => ({
      piece_file: file,
      payload_size: payloadSize,
      piece_size: payloadOf(paddedSize),
    })),
    staged_filepath: staged,
  });
  const isTreeBuilt = await run('tree_d', { registered_proof, staged_file: staged, cache_dir });
  const pc1out = await run('pc1', {
    registered_proof,
    cache_path: cache_dir,
    in_path: staged,
    out_path: sealed,
    ...miner,
    ticket,
    piece_infos,
  });
  const pc2 = await run('pc2', { pc1out, cache_dir, sealed_file: sealed });
  const { replicaId } = pc1out as { readonly replicaId: number[] };
  const c1out = await c1(
    { sectorSize: 2 * KiB, cacheDir: cache_dir, seed, replicaId, commD: pc2.comm_d, commR: pc2.comm_r },
    makeWork(),
  );
  const { proof } = await run('c2', { c1out, ...miner, miner_id: 10000 });
  return { sealed: readFileSync(sealed).toString('hex'), isTreeBuilt, pc2, proof, piece_infos };
}
