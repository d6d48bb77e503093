/** The worker: its sealing threads, their control, and its heartbeat. Serves no HTTP itself. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import type { WorkerConfig } from '../config/worker-config.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { SectorService } from '../protocol/sealer.js';
import { type HistoryRow, type Summary, summarize, type ThreadView } from '../protocol/thread.js';
import { createWorkerControl, type WorkerControl } from './control.js';
import { serviceDispatcher } from './remote-service.js';
import type { ThreadSetup } from './thread-setup.js';
import { startThreadSlot, type ThreadSlot } from './thread-slot.js';

export interface WorkerOptions {
  readonly config: WorkerConfig;
  readonly name: string;
  readonly version: string;
  readonly service: SectorService;
  readonly onRow?: (index: number, row: HistoryRow) => void;
  readonly onView?: (view: ThreadView) => void;
  readonly warn: (line: string) => void;
}

export interface Worker {
  readonly name: string;
  readonly version: string;
  readonly control: WorkerControl;
  summary(): Summary;
  info(): unknown;
  /** Lets running stages end within the grace of the configuration, then ends every thread. Safe twice. */
  stop(graceMs?: number): Promise<void>;
}

/** @throws location_not_writable before any thread is started */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { config, name, version } = options;
  await Promise.all(config.threads.map((thread) => checkWritable(thread.location)));
  const services = serviceDispatcher(options.service);
  const slots: ThreadSlot[] = [];
  const { control, actor } = createWorkerControl(slots);
  const started = await Promise.all(
    config.threads.map((thread, index) => {
      const setup: ThreadSetup = {
        index,
        location: thread.location,
        plan: thread.plan,
        settings: thread.sealing,
        stores: config.attached,
        localPiecesDirs: config.worker.localPiecesDirs,
        faults: config.faults.filter((fault) => fault.thread === undefined || fault.thread === index),
        leastMs: config.builtinLeastMs,
        workerName: name,
        processChildren: [],
      };
      return startThreadSlot(setup, services, {
        onStarted: (incarnation) => actor.send({ type: 'thread.started', index, incarnation }),
        onExited: (reason) => {
          options.warn(`thread #${index} ended: ${reason}; it is started again from its record`);
          actor.send({ type: 'thread.exited', index, reason });
        },
        onRestarting: () => actor.send({ type: 'thread.restarting', index }),
        onFailed: (reason) => {
          options.warn(`thread #${index} failed: ${reason}; the other threads go on`);
          actor.send({ type: 'thread.failed', index, reason });
        },
        onView: (view) => options.onView?.(view),
        onRow: (row) => options.onRow?.(index, row),
      });
    }),
  );
  slots.push(...started);
  actor.send({ type: 'WORKER.SERVE' });

  let stopping: Promise<void> | undefined;
  const stop = async (graceMs: number) => {
    actor.send({ type: 'WORKER.STOP' });
    await Promise.all(slots.map((slot) => slot.stop(graceMs)));
    actor.send({ type: 'worker.stopped' });
  };
  return {
    name,
    version,
    control,
    summary: () => summarize(control.threads()),
    info: () => ({ name, version, life: actor.getSnapshot().value, counts: summarize(control.threads()) }),
    stop: (graceMs = config.stopGraceMs) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
}

async function checkWritable(location: string): Promise<void> {
  try {
    await mkdir(location, { recursive: true });
    await access(location, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new SealvisorError(
      'location_not_writable',
      `cannot write to ${location}: ${messageOf(cause)}; make it writable for this user or change the thread's location`,
      { cause },
    );
  }
}
