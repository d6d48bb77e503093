import type { Summary } from './thread.js';
import type { WorkerLife } from './worker-life.js';

/** A worker as the manager lists it. `lastPing` is RFC 3339 UTC. */
export interface WorkerEntry {
  readonly name: string;
  readonly dest: string;
  readonly version: string | null;
  /** null for an upstream worker. */
  readonly life: WorkerLife | null;
  readonly summary: Summary;
  readonly lastPing: string;
  /** Time since then by the manager's own clock, ms. Left out by 0.1.0. */
  readonly silentMs?: number;
  /** The worker's own id and that of its current run; left out for an upstream worker. */
  readonly id?: string;
  readonly incarnation?: string;
  /** The other manager that its sectors belong to: it waits for an operator to have it adopt this one. */
  readonly sectorsOf?: string;
  /** `name@incarnation`, if another living worker has the same name: commands then need this form. */
  readonly label?: string;
}
