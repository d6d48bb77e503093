import type { Plan } from '../plan.js';
import * as work from './work.js';

/** A job from the manager that proves stored sectors; it has no sector of its own (docs/spec.md#plans). */
export const wdpost: Plan = {
  name: 'wdpost',
  about: 'proves stored sectors; it has no sector of its own',
  states: [
    { name: 'Empty', ...work.none, needs: { outputs: [], files: [] } },
    { name: 'Allocated', ...work.windowPost, needs: { outputs: ['job'], files: [] } },
    {
      name: 'Generated',
      stage: 'SubmitProof',
      needs: { outputs: ['job', 'post'], files: [] },
      endsJob: 'after-tries',
    },
    { name: 'Finished', ...work.none, needs: { outputs: ['job', 'post'], files: [] } },
    { name: 'Aborted', ...work.none, needs: { outputs: [], files: [] } },
  ],
  edges: [
    { from: 'Empty', event: 'Allocated', to: 'Allocated' },
    { from: 'Allocated', event: 'Generate', to: 'Generated' },
    { from: 'Generated', event: 'Finish', to: 'Finished' },
  ],
};
