import { describe, expect, test } from 'vitest';
import { outputFault } from '#src/sealing/output-faults.js';

const commitment = Array.from({ length: 32 }, (_, at) => at);
const pc2 = { registered_proof: 'StackedDrg2KiBV1_1', comm_r: commitment, comm_d: commitment };
const snap = { comm_r_new: commitment, comm_r_last_new: commitment, comm_d_new: commitment };

describe('an output that fits', () => {
  test.each([
    ['add_pieces', [{ commitment, size: 127 }]],
    ['add_pieces', []],
    ['tree_d', true],
    ['tree_d', Array(32).fill(7)],
    ['pc1', { anything: ['at', 'all'] }],
    ['pc1', 'a text'],
    ['pc2', pc2],
    ['pc2', { ...pc2, more: 'than we know' }],
    ['c2', { proof: [0, 255] }],
    ['snap_encode', snap],
    ['synth_proof', true],
    ['snap_vanilla', [[1, 2]]],
    ['snap_vanilla', [{ old: {} }]],
    ['snap_prove', [1]],
    ['transfer', true],
    ['unseal', 0],
    ['window_post', { proofs: [[1, 2]], faults: [7] }],
    ['window_post', { proofs: [], faults: [] }],
  ] as const)('of %s is taken: %j', (stage, output) => {
    expect(outputFault(stage, output)).toBeUndefined();
  });
});

describe('an output that does not', () => {
  test.each([
    ['add_pieces', null, 'output is not an array'],
    ['add_pieces', [{ commitment: [1], size: 127 }], 'output[0].commitment has 1 bytes, not 32'],
    ['add_pieces', [{ commitment, size: -1 }], 'output[0].size is not a whole number'],
    ['tree_d', false, 'output is false: it was not done'],
    ['tree_d', Array(31).fill(7), 'output has 31 bytes, not 32'],
    ['tree_d', 'true', 'output is neither true nor false'],
    ['pc1', null, 'output is missing'],
    ['pc2', null, 'output is not an object'],
    ['pc2', [pc2], 'output is not an object'],
    ['pc2', { ...pc2, registered_proof: 5 }, 'output.registered_proof is not text'],
    ['pc2', { ...pc2, comm_r: commitment.slice(1) }, 'output.comm_r has 31 bytes, not 32'],
    ['pc2', { ...pc2, comm_d: commitment.with(3, 256) }, 'output.comm_d is not an array of bytes'],
    ['pc2', { comm_r: commitment }, 'output.registered_proof is not text'],
    ['c2', {}, 'output.proof is not an array of bytes'],
    ['c2', { proof: [] }, 'output.proof is empty'],
    ['c2', { proof: 'AAECAw==' }, 'output.proof is not an array of bytes'],
    ['snap_encode', { ...snap, comm_d_new: null }, 'output.comm_d_new is not an array of bytes'],
    ['synth_proof', false, 'output is false: it was not done'],
    ['snap_vanilla', [], 'output is empty'],
    ['snap_vanilla', [[1], null], 'output[1] is missing'],
    ['snap_vanilla', {}, 'output is not an array'],
    ['snap_prove', [0.5], 'output is not an array of bytes'],
    ['transfer', null, 'output is neither true nor false'],
    ['unseal', '4', 'output is not a whole number'],
    ['window_post', { proofs: [[]], faults: [] }, 'output.proofs[0] is empty'],
    ['window_post', { proofs: [[1]], faults: ['1'] }, 'output.faults[0] is not a whole number'],
  ] as const)('of %s is refused: %j', (stage, output, fault) => {
    expect(outputFault(stage, output)).toBe(fault);
  });
});
