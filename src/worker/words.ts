/** What a worker is started with, and its interface for the code that started it. */

import type { ChildSpec, TreeNode } from '../actors/index.js';
import type { WorkerConfig } from '../config/worker-config.js';
import type { ManagerLink } from '../fleet/sector-client.js';
import type { Emit } from '../protocol/events/table.js';
import type { HistoryRow, Summary, ThreadView } from '../protocol/thread.js';
import type { ManagerFacts } from '../protocol/worker.js';
import type { WorkerControl } from './control-words.js';
import type { Desk } from './desk/words.js';
import type { EventHub } from './event-hub.js';
import type { FailedAllocation } from './failed-allocations.js';
import type { LinkedService } from './manager-calls.js';
import type { ToldReports } from './told-reports.js';

export interface WorkerOptions {
  readonly config: WorkerConfig;
  /** A function if it can change: without a configured name it is the address that the manager sees. */
  readonly name: string | (() => string);
  readonly version: string;
  /** The manager's service, for the threads. */
  readonly service: LinkedService;
  readonly onRow?: (index: number, row: HistoryRow) => void;
  readonly onView?: (view: ThreadView) => void;
  readonly emit: Emit;
  /** What has to run before a thread asks the manager for anything: control. A door that fails is restarted on its own. */
  readonly doors?: (worker: Worker) => readonly ChildSpec[];
  /** What starts after the threads and reports on them: the heartbeat. */
  readonly reporters?: (worker: Worker) => readonly ChildSpec[];
}

export interface Worker {
  /** The id of its home, independent of its name and address. */
  readonly id: string;
  /** A new one at each start. */
  readonly incarnation: string;
  readonly name: string;
  readonly version: string;
  readonly control: WorkerControl;
  /** What was reported to the manager of the current sectors, for the heartbeat. */
  readonly told: Pick<ToldReports, 'held' | 'answered'>;
  /** Counted since the start. */
  failedAllocations(): readonly FailedAllocation[];
  /** Which manager answers, and what this worker tells it about itself. */
  readonly link: ManagerLink;
  /** The worker's manager, and another one that answers in its place. */
  manager(): ManagerFacts;
  /** Current limits and breakers. */
  readonly desk: Pick<Desk, 'limits' | 'breakers'>;
  /** Changes, for watchers. */
  readonly events: EventHub;
  /** The current configuration: a reload changes it. */
  config(): WorkerConfig;
  summary(): Summary;
  tree(): TreeNode;
  /** Resolves when a command asks for the worker to be stopped, with the requested grace in ms; undefined = as configured. */
  readonly stopAsked: Promise<number | undefined>;
  /** Resolves when the worker's tree has ended, for any reason. */
  readonly ended: Promise<void>;
  /** Lets running stages end within `graceMs` (default: as configured), then ends the tree. Safe twice. */
  stop(graceMs?: number): Promise<void>;
}
