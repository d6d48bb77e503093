/** The real proofs without a worker: what an undisturbed run gives. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { proverId } from '#src/sealing/builtin/index.js';
import type { PieceInfo, ProcessorStage, Tasks } from '#src/sealing/tasks.js';
import { program } from './program.js';

interface Answer {
  readonly err_msg: string | null;
  readonly output: unknown;
}

/** One task by a process of its own. @throws Error with what the program says */
export async function ask<S extends ProcessorStage>(stage: S, task: Tasks[S]['task'], hold?: string) {
  // What the protocol says that the stage gives.
  return (await answerOf(stage, task, hold)) as Tasks[S]['output'];
}

/** As `ask`, of any stage. */
export async function answerOf(stage: string, task: object, hold?: string): Promise<unknown> {
  const child = spawn(program, hold === undefined ? [stage] : [stage, '--hold', hold], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  child.stdin.write(`${JSON.stringify({ id: 1, task })}\n`);
  const { value } = await lines.next();
  child.stdin.end();
  const { err_msg, output } = JSON.parse(String(value)) as Answer;
  if (err_msg !== null) throw new Error(`${stage}: ${err_msg}`);
  return output;
}

export const usual = 'StackedDrg2KiBV1_1';
export const synthetic = 'StackedDrg2KiBV1_1_Feat_SyntheticPoRep';

/** Files of a sector in a directory of its own. */
export function filesIn(dir: string) {
  const [staged = '', sealed = '', cache = ''] = ['staged', 'sealed', 'cache'].map((name) => join(dir, name));
  return { staged, sealed, cache };
}

/** A piece of zeros that fills a sector. */
export const pledge = { piece_file: 'pledge', payload_size: 2032, piece_size: 2032 } as const;

interface Sector {
  readonly number: number;
  readonly ticket: readonly number[];
  readonly pieces: Tasks['add_pieces']['task']['pieces'];
  /** @default StackedDrg2KiBV1_1 */
  readonly proof?: string;
}

/** A sector of 2KiB with these pieces (unpadded), from the first stage to pc2; its files are in `dir`. */
export async function sealedDirectly(dir: string, sector: Sector, hold?: string) {
  const { staged, sealed, cache } = filesIn(dir);
  mkdirSync(cache, { recursive: true });
  writeFileSync(sealed, '');
  const { number: sector_id, ticket, pieces, proof = usual } = sector;
  const piece_infos: readonly PieceInfo[] = await ask(
    'add_pieces',
    { seal_proof_type: proof, pieces, staged_filepath: staged },
    hold,
  );
  await ask('tree_d', { registered_proof: proof, staged_file: staged, cache_dir: cache }, hold);
  const pc1 = {
    registered_proof: proof,
    cache_path: cache,
    in_path: staged,
    out_path: sealed,
    prover_id: proverId(10000),
    sector_id,
    ticket,
    piece_infos,
  };
  const pc1out = await ask('pc1', pc1, hold);
  const pc2 = await ask('pc2', { pc1out, cache_dir: cache, sealed_file: sealed }, hold);
  return { pc2, piece_infos };
}

/** The same, and C1 for any seed. */
export async function provenDirectly(dir: string, sector: Sector, hold?: string) {
  const { pc2, piece_infos } = await sealedDirectly(dir, sector, hold);
  const { sealed, cache } = filesIn(dir);
  const { number: sector_id, ticket } = sector;
  const proven = { sector_id, ticket, seed: ticket, prover_id: proverId(10000), pc2out: pc2, piece_infos };
  await ask('c1', { registered_proof: usual, cache_dir: cache, sealed_file: sealed, ...proven }, hold);
}

/** An empty sector up to its synthetic proofs, in `dir`; asks for its C1. */
export async function synthesizedDirectly(dir: string, proof: string) {
  const [number, ticket] = [1, Array.from({ length: 32 }, (_, at) => at)];
  const { pc2, piece_infos } = await sealedDirectly(dir, { number, ticket, pieces: [pledge], proof });
  const { sealed, cache } = filesIn(dir);
  const of = { registered_proof: proof, cache_dir: cache, sealed_file: sealed, prover_id: proverId(10000) };
  const task = { ...of, sector_id: number, ticket, pc2out: pc2, piece_infos };
  await ask('synth_proof', task);
  return () => ask('c1', { ...task, seed: ticket });
}

/** An empty sector's files with this piece encoded into them, in `dir`; and the task of its vanilla proofs. */
export async function upgradedDirectly(
  dir: string,
  { sealed, cache }: { readonly sealed: string; readonly cache: string },
  commR: readonly number[],
  piece: Uint8Array,
  hold?: string,
) {
  const [local = '', staged = '', update = '', updateCache = ''] = [
    'piece',
    'staged',
    'update',
    'update-cache',
  ].map((name) => join(dir, name));
  writeFileSync(local, piece);
  const pieces = [{ piece_file: { local }, payload_size: piece.length, piece_size: 2032 }];
  const piece_infos = await ask('add_pieces', { seal_proof_type: usual, pieces, staged_filepath: staged });
  const registered_proof = 'StackedDrg2KiBV1';
  const encoding = {
    registered_proof,
    new_replica_path: update,
    new_cache_path: updateCache,
    sector_path: sealed,
    sector_cache_path: cache,
    staged_data_path: staged,
    piece_infos,
  };
  const encoded = await ask('snap_encode', encoding, hold);
  const vanilla = {
    registered_proof,
    comm_r_old: commR,
    comm_r_new: encoded.comm_r_new,
    comm_d_new: encoded.comm_d_new,
    sector_path: sealed,
    sector_cache_path: cache,
    replica_path: update,
    replica_cache_path: updateCache,
  };
  return { encoded, vanilla };
}
