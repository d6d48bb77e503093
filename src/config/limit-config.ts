import { given } from './given.js';
import type { WorkerTable } from './worker-schema.js';

/** How many threads may do a stage at once; `limitation.concurrent`, the newer key, stands before `limit`. */
export function limitConfigs({ processors = {} }: WorkerTable): Readonly<Record<string, number>> {
  return given({ ...processors.limit, ...processors.limitation?.concurrent });
}

/** Least time between two starts of a stage, ms. */
export function staggeredConfigs({ processors = {} }: WorkerTable): Readonly<Record<string, number>> {
  return given({ ...processors.limitation?.staggered });
}
