/** The worker as a tree: its sealing threads, and the doors that whoever starts it adds. Serves no HTTP itself. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { type ChildSpec, serviceLimits, startTree, type TreeNode } from '../actors/index.js';
import type { WorkerConfig } from '../config/worker-config.js';
import { homeMark } from '../processes/mark.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { SectorService } from '../protocol/sealer.js';
import { type HistoryRow, type Summary, summarize, type ThreadView } from '../protocol/thread.js';
import { builtinProcessor } from './builtin-processor.js';
import { createWorkerControl } from './control.js';
import type { WorkerControl } from './control-words.js';
import { type Processors, workerProcessors } from './processors.js';
import { serviceDispatcher } from './remote-service.js';
import { processService } from './thread-process.js';
import type { ThreadSetup } from './thread-setup.js';
import { createThreadSlot, type SlotNews, type SupervisedSlot, sparesOf } from './thread-slot.js';
import { threadTree } from './thread-tree.js';

export interface WorkerOptions {
  readonly config: WorkerConfig;
  readonly name: string;
  readonly version: string;
  readonly service: SectorService;
  readonly onRow?: (index: number, row: HistoryRow) => void;
  readonly onView?: (view: ThreadView) => void;
  readonly warn: (line: string) => void;
  /** What stands behind the threads in the tree: control, heartbeat. A door that breaks is started again alone. */
  readonly doors?: (worker: Worker) => readonly ChildSpec[];
}

export interface Worker {
  readonly name: string;
  readonly version: string;
  readonly control: WorkerControl;
  summary(): Summary;
  info(): unknown;
  tree(): TreeNode;
  /** Resolves when the worker's tree has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Lets running stages end within the grace of the configuration, then ends the tree. Safe twice. */
  stop(graceMs?: number): Promise<void>;
}

/** @throws location_not_writable before any thread is started; what a door's first start failed with, nothing is left running */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { config, name, version } = options;
  await Promise.all(config.threads.map((thread) => checkWritable(thread.location)));
  const slots: SupervisedSlot[] = [];
  const threads = threadTree(slots);
  const { control, actor } = createWorkerControl({
    slots,
    restart: async (index) => {
      const slot = slots[index];
      return slot !== undefined && threads.restart(slot);
    },
  });
  const newsOf = (index: number): SlotNews => ({
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
    processorPid: () => processors.pidOf(index),
  });
  const home = config.threads[0]?.location ?? '.';
  const processors = workerProcessors({
    processors: config.processors.map((each) => builtinProcessor(each)),
    mark: homeMark(home),
    warn: options.warn,
    onProgress: (index, progress) => slots[index]?.progress(progress),
  });
  const services = processDispatcher(processors, serviceDispatcher(options.service));
  const spares = config.spareThreads > 0 ? sparesOf(config.spareThreads) : undefined;
  for (const setup of threadSetups(config, name, processors.stages))
    slots.push(createThreadSlot(setup, services, newsOf(setup.index), spares));

  let stopping: Promise<void> | undefined;
  const stop = async (graceMs: number) => {
    actor.send({ type: 'WORKER.STOP' });
    await Promise.all(slots.map((slot) => slot.drain(graceMs)));
    await Promise.all([root.stop(), spares?.stop()]);
    actor.send({ type: 'worker.stopped' });
  };
  const later = () => {
    throw new SealvisorError('internal', 'not yet');
  };
  const worker: Worker = {
    name,
    version,
    control: {
      ...control,
      history: later,
      estimate: later,
      worker: later,
      cordon: later,
      uncordon: later,
      drain: later,
      stop: later,
      setLimit: later,
      closeBreaker: later,
      reload: later,
    },
    summary: () => summarize(control.threads()),
    info: () => ({ name, version, life: actor.getSnapshot().value, counts: summarize(control.threads()) }),
    tree: () => root.root('worker'),
    get ended() {
      return root.exited.then(() => undefined);
    },
    stop: (graceMs = config.stopGraceMs) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
  const root = await startTree({
    ...serviceLimits,
    children: [
      { id: 'processors', type: 'supervisor', start: () => processors.start() },
      threads.spec,
      ...(options.doors?.(worker) ?? []),
    ],
  }).catch(async (error: unknown) => {
    await spares?.stop();
    throw error;
  });
  actor.send({ type: 'WORKER.SERVE' });
  return worker;
}

/** A thread's calls: tasks go to a child, all else to the manager. */
function processDispatcher(
  processors: Processors,
  others: (name: string, args: readonly unknown[]) => Promise<unknown>,
) {
  return (name: string, args: readonly unknown[]): Promise<unknown> => {
    if (name !== processService) return others(name, args);
    // Sent by `processTask` alone, in this order.
    const [index, stage, task] = args as [number, string, unknown];
    return processors.request(index, stage, task);
  };
}

function threadSetups(
  config: WorkerConfig,
  workerName: string,
  processChildren: readonly string[],
): readonly ThreadSetup[] {
  return config.threads.map((thread, index) => ({
    index,
    location: thread.location,
    plan: thread.plan,
    settings: thread.sealing,
    stores: config.attached,
    localPiecesDirs: config.worker.localPiecesDirs,
    deadlines: config.deadlines,
    faults: config.faults.filter((fault) => fault.thread === undefined || fault.thread === index),
    leastMs: config.builtinLeastMs,
    workerName,
    processChildren,
  }));
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
