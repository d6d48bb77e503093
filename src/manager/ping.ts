/** What a worker tells of itself with a report. */
import type { Summary } from '../protocol/thread.js';
import type { WorkerLife } from '../protocol/worker-life.js';

export interface Ping {
  readonly name: string;
  readonly dest: string;
  readonly version: string | null;
  /** An upstream worker tells none. */
  readonly life?: WorkerLife | null;
  /** The manager that its sectors are of, while it waits for its adoption of this one. */
  readonly sectorsOf?: string | null;
  readonly summary: Summary;
  /** The worker's own id; an upstream worker has none. */
  readonly worker?: string | null;
  /** Another one at each start. */
  readonly incarnation?: string | null;
  /** The address that the report came from. */
  readonly source?: string | null;
}
