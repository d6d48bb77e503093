import { given } from './given.js';
import type { WorkerTable } from './worker-schema.js';

/** How many threads may run a stage at the same time; `limitation.concurrent`, the newer key, overrides `limit`. */
export function limitConfigs({ processors = {} }: WorkerTable): Readonly<Record<string, number>> {
  return given({ ...processors.limit, ...processors.limitation?.concurrent });
}

/** Minimum time between two starts of a stage, ms. */
export function staggeredConfigs({ processors = {} }: WorkerTable): Readonly<Record<string, number>> {
  return given({ ...processors.limitation?.staggered });
}
