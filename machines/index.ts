export {
  emptyState,
  endStates,
  isResumable,
  missingFor,
  type OwnStateKind,
  type Plan,
  type PlanEdge,
  type PlanState,
  planState,
  possibleStates,
  type StageWrites,
  type StoredKind,
  type Submission,
  sectorPlace,
  stageName,
  stagesBetween,
} from './plan.js';
export { rebuild } from './plans/rebuild.js';
export { sealer } from './plans/sealer.js';
export { snapup } from './plans/snapup.js';
export { unseal } from './plans/unseal.js';
export { wdpost } from './plans/wdpost.js';
export { sealingThread } from './sealing-thread.js';
export { supervisorMachine } from './supervisor.js';
export { workerMachine } from './worker.js';

import type { Plan } from './plan.js';
import { rebuild } from './plans/rebuild.js';
import { sealer } from './plans/sealer.js';
import { snapup } from './plans/snapup.js';
import { unseal } from './plans/unseal.js';
import { wdpost } from './plans/wdpost.js';

/** Every plan, by name. */
export const plans: Readonly<Record<string, Plan>> = { sealer, snapup, rebuild, unseal, wdpost };
