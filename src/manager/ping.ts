/** What a worker reports of itself. */
import type { Summary } from '../protocol/thread.js';
import type { WorkerLife } from '../protocol/worker-life.js';

export interface Ping {
  readonly name: string;
  readonly dest: string;
  readonly version: string | null;
  /** An upstream worker reports none. */
  readonly life?: WorkerLife | null;
  /** The manager that its sectors belong to, while the worker has not adopted this one yet. */
  readonly sectorsOf?: string | null;
  readonly summary: Summary;
  /** The worker's own id; an upstream worker has none. */
  readonly worker?: string | null;
  /** A new one at each start. */
  readonly incarnation?: string | null;
  /** The address that the report came from. */
  readonly source?: string | null;
}
