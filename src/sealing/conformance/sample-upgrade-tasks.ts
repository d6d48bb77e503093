/** Sample tasks for the stages of an upgrade. */

import { join } from 'node:path';
import { isObject } from '../../protocol/json-object.js';
import { bytes32, isBytes, of, updateProof, wholeSector } from './sample.js';

const commitments = { comm_r_old: bytes32, comm_r_new: bytes32, comm_d_new: bytes32 };

export const upgradeSamples = {
  snap_encode: of<'snap_encode'>((dir) => ({
    task: (n) => ({
      registered_proof: updateProof,
      new_replica_path: join(dir, `update-${n}`),
      new_cache_path: join(dir, `update-cache-${n}`),
      sector_path: join(dir, 'no-sector'),
      sector_cache_path: join(dir, 'no-cache'),
      staged_data_path: join(dir, 'no-staged'),
      piece_infos: wholeSector,
    }),
    fits: (output) =>
      isObject(output) &&
      ['comm_r_new', 'comm_r_last_new', 'comm_d_new'].every((key) => isBytes(output[key], 32)),
    expected: '{comm_r_new, comm_r_last_new, comm_d_new}, 32 bytes each',
  })),
  snap_vanilla: of<'snap_vanilla'>((dir) => ({
    task: () => ({
      registered_proof: updateProof,
      ...commitments,
      sector_path: join(dir, 'no-sector'),
      sector_cache_path: join(dir, 'no-cache'),
      replica_path: join(dir, 'no-update'),
      replica_cache_path: join(dir, 'no-update-cache'),
    }),
    fits: (output) => Array.isArray(output) && output.length > 0,
    expected: 'a list of proofs: snap_prove takes each as it is',
  })),
  snap_prove: of<'snap_prove'>(() => ({
    task: () => ({
      registered_proof: updateProof,
      vannilla_proofs: [],
      ...commitments,
    }),
    large: (bytes) => ({
      registered_proof: updateProof,
      vannilla_proofs: ['x'.repeat(bytes)],
      ...commitments,
    }),
    fits: (output) => isBytes(output),
    expected: 'the bytes of the proof',
    isOpaque: true,
  })),
};
