export { backoffMs, mustRestart, withRestart } from './policy.js';
export type { Backoff, Child, ChildSpec, Exit, Supervisor, SupervisorSpec } from './spec.js';
export { startSupervisor } from './supervisor.js';
