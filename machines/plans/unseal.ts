import type { Plan } from '../plan.js';
import * as work from './work.js';

/** Extracts the data of a piece from a persisted sector and delivers it to the requester (docs/spec.md#plans). */
export const unseal: Plan = {
  name: 'unseal',
  about: 'writes a piece of a sealed sector out again and delivers it',
  states: [
    { name: 'Empty', ...work.none, needs: { outputs: [], files: [] } },
    {
      name: 'Allocated',
      ...work.unseal,
      needs: { outputs: ['unseal'], files: [] },
      endsJob: 'permanent',
    },
    {
      name: 'Unsealed',
      ...work.uploadPiece,
      needs: { outputs: ['unseal', 'unsealed'], files: ['piece'] },
      endsJob: 'after-tries',
    },
    { name: 'Finished', ...work.none, needs: { outputs: ['unseal', 'unsealed'], files: [] } },
    { name: 'Aborted', ...work.none, needs: { outputs: [], files: [] } },
  ],
  edges: [
    { from: 'Empty', event: 'AllocatedUnsealSector', to: 'Allocated' },
    { from: 'Allocated', event: 'UnsealDone', to: 'Unsealed' },
    { from: 'Unsealed', event: 'UploadPieceDone', to: 'Finished' },
  ],
};
