export { type RefusalCode, refusals, SupervisorError } from './refusal.js';
export { type Service, serviceChild, serviceLimits } from './service-child.js';
export type {
  AutoShutdown,
  Backoff,
  Child,
  ChildCounts,
  ChildInfo,
  ChildSpec,
  ChildType,
  Clock,
  Exit,
  RestartType,
  Shutdown,
  Strategy,
  Supervisor,
  SupervisorEvent,
  SupervisorSpec,
} from './spec.js';
export { startSupervisor } from './supervisor.js';
export { systemClock } from './system-clock.js';
export { type NodeFacts, startTree, type Told, type Tree, type TreeNode } from './tree.js';
