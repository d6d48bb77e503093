export {
  emptyState,
  endStates,
  hasFiles,
  isResumable,
  isStoring,
  missingFor,
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
export { planNamed, plans } from './plans/index.js';
export { rebuild } from './plans/rebuild.js';
export { sealer } from './plans/sealer.js';
export { snapup } from './plans/snapup.js';
export { unseal } from './plans/unseal.js';
export { wdpost } from './plans/wdpost.js';
export { sealingThread } from './sealing-thread.js';
export { supervisorMachine } from './supervisor.js';
export { workerMachine } from './worker.js';
