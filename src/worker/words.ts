/** What a worker is started with, and what it is to who started it. */

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
  /** Of the moment: without one in the configuration it is the address that the manager sees. */
  readonly name: string | (() => string);
  readonly version: string;
  /** The manager, as threads reach it. */
  readonly service: LinkedService;
  readonly onRow?: (index: number, row: HistoryRow) => void;
  readonly onView?: (view: ThreadView) => void;
  readonly emit: Emit;
  /** What has to be there before a thread asks the manager for anything: control. A door that breaks is started again alone. */
  readonly doors?: (worker: Worker) => readonly ChildSpec[];
  /** What comes after the threads and speaks of them: the heartbeat. */
  readonly reporters?: (worker: Worker) => readonly ChildSpec[];
}

export interface Worker {
  /** Of its home, whatever its name and address are. */
  readonly id: string;
  /** Another one at each start. */
  readonly incarnation: string;
  readonly name: string;
  readonly version: string;
  readonly control: WorkerControl;
  /** What the manager was told of the current sectors, for the heartbeat. */
  readonly told: Pick<ToldReports, 'held' | 'answered'>;
  /** Since the start. */
  failedAllocations(): readonly FailedAllocation[];
  /** Which manager answers, and what it is told of this worker. */
  readonly link: ManagerLink;
  /** The manager it goes by, and another one that answers in its place. */
  manager(): ManagerFacts;
  /** Limits and breakers as they are. */
  readonly desk: Pick<Desk, 'limits' | 'breakers'>;
  /** What changes, for whoever watches. */
  readonly events: EventHub;
  /** As it runs now: a reload changes it. */
  config(): WorkerConfig;
  summary(): Summary;
  tree(): TreeNode;
  /** Resolves when somebody asked, through a door, that the worker be stopped; with the grace in ms that was wished for. */
  readonly stopAsked: Promise<number | undefined>;
  /** Resolves when the worker's tree has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Lets running stages end within the grace of the configuration, then ends the tree. Safe twice. */
  stop(graceMs?: number): Promise<void>;
}
