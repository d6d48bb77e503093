export {
  endStates,
  isResumable,
  missingFor,
  type Plan,
  type PlanEdge,
  type PlanState,
  planState,
  possibleStates,
  sectorPlace,
  stageName,
  stagesBetween,
} from './plan.js';
export { sealer } from './plans/sealer.js';
export { sealingThread } from './sealing-thread.js';
export { supervisorMachine } from './supervisor.js';
export { workerMachine } from './worker.js';

import type { Plan } from './plan.js';
import { sealer } from './plans/sealer.js';

/** Every plan, by name. */
export const plans: Readonly<Record<string, Plan>> = { sealer };
