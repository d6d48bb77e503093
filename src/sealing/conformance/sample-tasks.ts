/** A sample task for each stage, to test a processor without a sector. */

import { join } from 'node:path';
import { isObject } from '../../protocol/json-object.js';
import type { ProcessorStage } from '../tasks.js';
import {
  bytes32,
  inputFile,
  isBytes,
  of,
  type SampleTask,
  sealProof,
  syntheticProof,
  wholeSector,
} from './sample.js';
import { upgradeSamples } from './sample-upgrade-tasks.js';
import { upgradedSector } from './upgraded-sector.js';

export type { SampleTask } from './sample.js';

/** @param dir directory of the tasks' files; input files are written there */
export function sampleTask(stage: ProcessorStage, dir: string): SampleTask {
  return samples[stage](dir);
}

/** The caller's own task, the same every time. */
export function givenTask(stage: ProcessorStage, dir: string, task: unknown): SampleTask {
  const { fits, expected, upgraded } = samples[stage](dir);
  return { fits, expected, isOpaque: false, task: () => task, ...(upgraded ? { upgraded } : {}) };
}

const samples: { readonly [S in ProcessorStage]: (dir: string) => SampleTask } = {
  add_pieces: of<'add_pieces'>((dir) => ({
    task: (n) => ({
      seal_proof_type: sealProof,
      pieces: [{ piece_file: 'pledge', payload_size: 2032, piece_size: 2032 }],
      staged_filepath: join(dir, `staged-${n}`),
    }),
    fits: (output) =>
      Array.isArray(output) &&
      output.length > 0 &&
      output.every((piece) => isBytes(piece?.commitment, 32) && Number.isInteger(piece?.size)),
    expected: 'a list of {commitment: 32 bytes, size}',
  })),
  tree_d: of<'tree_d'>((dir) => {
    const staged = inputFile(dir);
    return {
      task: (n) => ({
        registered_proof: sealProof,
        staged_file: staged,
        cache_dir: join(dir, `cache-${n}`),
      }),
      // Upstream's current processors return the root.
      fits: (output) => output === true || isBytes(output, 32),
      expected: 'true, or the 32 bytes of the root',
    };
  }),
  pc1: of<'pc1'>((dir) => {
    const staged = inputFile(dir);
    return {
      task: (n) => ({
        registered_proof: sealProof,
        cache_path: join(dir, `cache-${n}`),
        in_path: staged,
        out_path: join(dir, `sealed-${n}`),
        prover_id: bytes32,
        sector_id: n,
        ticket: bytes32,
        piece_infos: wholeSector,
      }),
      fits: () => true,
      expected: 'anything: pc2 takes it as it is',
    };
  }),
  pc2: of<'pc2'>((dir) => ({
    task: (n) => ({
      pc1out: {},
      cache_dir: join(dir, `cache-${n}`),
      sealed_file: join(dir, `sealed-${n}`),
    }),
    large: (bytes) => ({
      pc1out: 'x'.repeat(bytes),
      cache_dir: join(dir, 'cache'),
      sealed_file: join(dir, 'sealed'),
    }),
    fits: (output) => isObject(output) && isBytes(output.comm_r, 32) && isBytes(output.comm_d, 32),
    expected: '{registered_proof, comm_r: 32 bytes, comm_d: 32 bytes}',
    isOpaque: true,
  })),
  c1: of<'c1'>((dir) => ({
    task: (n) => ({
      registered_proof: sealProof,
      cache_dir: join(dir, 'no-cache'),
      sealed_file: join(dir, 'no-sealed'),
      prover_id: bytes32,
      sector_id: n,
      ticket: bytes32,
      seed: bytes32,
      pc2out: { registered_proof: sealProof, comm_r: bytes32, comm_d: bytes32 },
      piece_infos: wholeSector,
    }),
    fits: (output) => output !== null && output !== undefined,
    expected: 'anything: c2 takes it as it is',
    isOpaque: true,
  })),
  c2: of<'c2'>(() => ({
    task: (n) => ({ c1out: {}, prover_id: bytes32, sector_id: n, miner_id: 1000 }),
    large: (bytes) => ({ c1out: 'x'.repeat(bytes), prover_id: bytes32, sector_id: 1, miner_id: 1000 }),
    fits: (output) => isObject(output) && isBytes(output.proof),
    expected: '{proof: bytes}',
    isOpaque: true,
  })),
  synth_proof: of<'synth_proof'>((dir) => ({
    task: (n) => ({
      registered_proof: syntheticProof,
      cache_dir: join(dir, 'no-cache'),
      sealed_file: join(dir, 'no-sealed'),
      prover_id: bytes32,
      sector_id: n,
      ticket: bytes32,
      pc2out: { registered_proof: syntheticProof, comm_r: bytes32, comm_d: bytes32 },
      piece_infos: wholeSector,
    }),
    fits: (output) => output === true,
    expected: 'true',
    isOpaque: true,
  })),
  ...upgradeSamples,
  transfer: of<'transfer'>((dir) => {
    const uri = inputFile(dir);
    return {
      task: (n) => ({
        stores: {},
        routes: [
          {
            src: { store_name: null, uri },
            dest: { store_name: null, uri: join(dir, `copy-${n}`) },
            opt: { is_dir: false, allow_link: false },
          },
        ],
      }),
      fits: (output) => output === true,
      expected: 'true',
    };
  }),
  unseal: of<'unseal'>((dir) => ({
    task: (n) => ({
      registered_proof: sealProof,
      prover_id: bytes32,
      sector_id: n,
      comm_d: bytes32,
      ticket: bytes32,
      cache_dir: join(dir, 'no-cache'),
      sealed_file: join(dir, 'no-sealed'),
      unsealed_output: join(dir, `unsealed-${n}`),
      offset: 0,
      num_bytes: 127,
    }),
    upgraded: () => upgradedSector(dir),
    fits: (output) => Number.isInteger(output),
    expected: 'the number of bytes that were written',
  })),
  window_post: of<'window_post'>((dir) => ({
    task: (n) => ({
      miner_id: 1000,
      proof_type: 'StackedDrgWindow2KiBV1_1',
      replicas: [
        {
          sector_id: n,
          comm_r: bytes32,
          cache_dir: join(dir, 'no-cache'),
          sealed_file: join(dir, 'no-sealed'),
        },
      ],
      seed: bytes32,
    }),
    fits: (output) => isObject(output) && Array.isArray(output.proofs) && Array.isArray(output.faults),
    expected: '{proofs, faults}',
  })),
};
