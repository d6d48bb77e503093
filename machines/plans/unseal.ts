import type { Plan } from '../plan.js';
import * as ground from './ground.js';

/** The data of a piece are taken out of a persisted sector again, and handed to who wants them (docs/spec.md#plans). */
export const unseal: Plan = {
  name: 'unseal',
  about: 'writes a piece of a sealed sector back and hands it in',
  states: [
    { name: 'Empty', stage: '-', needs: { outputs: [], files: [] } },
    {
      name: 'Allocated',
      stage: 'Unseal',
      processor: 'unseal',
      ground: ground.unseal,
      space: { at: 'location', sizes: 3 },
      needs: { outputs: ['unseal'], files: [] },
      endsJob: 'permanent',
    },
    {
      name: 'Unsealed',
      stage: 'UploadPiece',
      processor: 'transfer',
      needs: { outputs: ['unseal', 'unsealed'], files: ['piece'] },
      reads: ['piece'],
      endsJob: 'after-tries',
    },
    { name: 'Finished', stage: '-', needs: { outputs: ['unseal', 'unsealed'], files: [] } },
    { name: 'Aborted', stage: '-', needs: { outputs: [], files: [] } },
  ],
  edges: [
    { from: 'Empty', event: 'AllocatedUnsealSector', to: 'Allocated' },
    { from: 'Allocated', event: 'UnsealDone', to: 'Unsealed' },
    { from: 'Unsealed', event: 'UploadPieceDone', to: 'Finished' },
  ],
};
