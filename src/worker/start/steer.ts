/** Step 2: the processes that work for threads, and the worker actor, which handles every command. */
import { homeMark } from '../../processes/mark.js';
import { createWorkerControl } from '../control.js';
import { type KeptNews, keptNews } from '../kept-news.js';
import { type Dumps, workerDumps } from '../processors/dumps.js';
import { WorkerProcessors } from '../processors/processors.js';
import type { Ground } from './open.js';

export interface Steering extends ReturnType<typeof createWorkerControl> {
  readonly dumps: Dumps;
  readonly processors: WorkerProcessors;
  /** What the worker itself keeps over a restart, without an operator's command. */
  readonly kept: KeptNews;
}

export function steer({ options, config, commands, disks, record, threads }: Ground): Steering {
  const { emit } = options;
  const dumps = workerDumps(emit);
  const processors = new WorkerProcessors({
    ...{ dumps, processors: commands, locks: config().extLocks, emit },
    largestOutput: () => config().largestOutput,
    mark: homeMark(disks.place),
    onProgress: (index, progress) => threads.find(index)?.progress(progress),
    onWork: (index) => threads.find(index)?.refresh(),
  });
  const control = createWorkerControl({
    slots: () => threads.all(),
    restart: (index) => threads.restart(index),
    processes: processors,
    record: record.now(),
    write: disks.store.write,
    apply: (next) => record.become(next),
  });
  return { ...control, dumps, processors, kept: keptNews(control.command, emit) };
}
