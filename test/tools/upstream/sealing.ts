/** The heavy work of an upstream-shaped worker, by our own functions: real bytes of a 2KiB sector. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { payloadOf } from '#src/protocol/sector.js';
import * as builtin from '#src/sealing/builtin/index.js';
import type { PieceFile } from '#src/sealing/tasks.js';

export interface WantedPiece {
  readonly cid: string;
  /** Padded bytes. */
  readonly size: number;
  /** Null: zeros, which nobody has to fetch. */
  readonly payload: Uint8Array | null;
}

export interface SealedHere {
  readonly commD: readonly number[];
  readonly commR: readonly number[];
  /** A proof over the seed, base64. */
  prove(seed: string): Promise<string>;
  /** Copies what is kept to a store. */
  keep(storeDir: string): void;
}

const sectorSize = 2048;
const registered_proof = 'StackedDrg2KiBV1_1';
const work = { signal: new AbortController().signal, progress: () => undefined };
const bytesOf = (base64: string) => [...Buffer.from(base64, 'base64')];

export async function sealed(
  dir: string,
  number: number,
  ticket: string,
  pieces: readonly WantedPiece[],
): Promise<SealedHere> {
  const [staged_filepath, sealed_file, cache_dir] = ['staged', 'sealed', 'cache'].map((name) =>
    join(dir, name),
  );
  if (!staged_filepath || !sealed_file || !cache_dir) throw new Error('no paths');
  mkdirSync(cache_dir, { recursive: true });
  const piece_infos = await builtin.runTask(
    'add_pieces',
    {
      seal_proof_type: registered_proof,
      pieces: pieces.map((piece) => pieceTask(dir, piece)),
      staged_filepath,
    },
    work,
  );
  await builtin.runTask('tree_d', { registered_proof, staged_file: staged_filepath, cache_dir }, work);
  const whose = { prover_id: builtin.proverId(10000), sector_id: number };
  const pc1out = await builtin.runTask(
    'pc1',
    {
      ...{ registered_proof, cache_path: cache_dir, in_path: staged_filepath, out_path: sealed_file },
      ...{ ...whose, ticket: bytesOf(ticket), piece_infos },
    },
    work,
  );
  const { comm_d: commD, comm_r: commR } = await builtin.runTask(
    'pc2',
    { pc1out, cache_dir, sealed_file },
    work,
  );
  // It is our own pc1's.
  const { replicaId } = pc1out as { readonly replicaId: number[] };
  return {
    commD,
    commR,
    prove: async (seed) => {
      const facts = { sectorSize, cacheDir: cache_dir, replicaId, commD, commR };
      const c1out = await builtin.c1({ ...facts, seed: bytesOf(seed) }, work);
      const { proof } = await builtin.runTask('c2', { c1out, ...whose, miner_id: 10000 }, work);
      return Buffer.from(proof).toString('base64');
    },
    keep: (storeDir) => {
      const id = `s-t010000-${number}`;
      cpSync(sealed_file, join(storeDir, 'sealed', id));
      for (const name of builtin.foreignKeptFiles(sectorSize))
        cpSync(join(cache_dir, name), join(storeDir, 'cache', id, name), { force: true });
    },
  };
}

function pieceTask(dir: string, { cid, size, payload }: WantedPiece) {
  const piece_size = payloadOf(size);
  const local = join(dir, cid);
  if (payload) writeFileSync(local, payload);
  const piece_file: PieceFile = payload ? { local } : 'pledge';
  return { piece_file, payload_size: payload?.length ?? piece_size, piece_size };
}
