/** Step 1: the worker's configuration, its disks and the records kept there. Nothing runs yet. */
import { randomBytes } from 'node:crypto';
import { emptyWorkerRecord, type WorkerRecord } from '../../../machines/worker-record.js';
import type { WorkerConfig } from '../../config/worker-config.js';
import { Changes } from '../changes.js';
import { type EventHub, eventHub } from '../event-hub.js';
import { KeptRecord } from '../kept-record.js';
import { type ProcessorCommand, processorCommands } from '../processors/command.js';
import { type ProvablePlans, provablePlans } from '../processors/provable-plans.js';
import { type Disks, openDisks } from '../roots/open.js';
import { ThreadRoster } from '../roster/roster.js';
import type { WorkerOptions } from '../words.js';

export interface Ground {
  readonly options: WorkerOptions;
  readonly name: () => string;
  /** A new one at each start. */
  readonly incarnation: string;
  /** The current configuration; a reload changes it. */
  readonly config: () => WorkerConfig;
  readonly setConfig: (next: WorkerConfig) => void;
  readonly commands: readonly ProcessorCommand[];
  readonly provable: ProvablePlans;
  readonly disks: Disks;
  readonly record: KeptRecord;
  readonly events: EventHub;
  readonly changes: Changes;
  /** Still empty. */
  readonly threads: ThreadRoster;
}

/** @throws location_not_writable if no thread has a usable location */
export async function openGround(options: WorkerOptions): Promise<Ground> {
  const { emit } = options;
  let config = options.config;
  const commands = await processorCommands(config.processors, emit);
  const provable = await provablePlans(config);
  const disks = await openDisks({ config: () => config, emit, checkPlan: provable.checkThread });
  // Only this worker writes it, and a checksum guards it.
  const record = (disks.store.read() ?? emptyWorkerRecord) as WorkerRecord;
  return {
    options,
    name: () => (typeof options.name === 'string' ? options.name : options.name()),
    incarnation: randomBytes(2).toString('hex'),
    config: () => config,
    setConfig: (next) => {
      config = next;
    },
    ...{ commands, provable, disks },
    record: new KeptRecord(record),
    events: eventHub(),
    changes: new Changes(),
    threads: new ThreadRoster(),
  };
}
