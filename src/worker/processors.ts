/** The worker's processor children: one a stage, shared by its threads, started again with backoff when they die. */
import { type Child, type ChildSpec, type Supervisor, startSupervisor } from '../actors/index.js';
import { endOrphans } from '../processes/orphans.js';
import { type Processor, startProcessor } from '../processes/processor.js';
import { SealvisorError } from '../protocol/errors.js';
import type { Progress } from '../protocol/thread.js';

export interface ProcessorConfig {
  readonly stage: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stableWaitMs: number;
}

export interface ProcessorsOptions {
  readonly processors: readonly ProcessorConfig[];
  /** Whose children they are: the same for every worker on this home. */
  readonly mark: string;
  readonly warn: (line: string) => void;
  /** A task's progress, told by its child. */
  readonly onProgress: (index: number, progress: Progress) => void;
}

export interface Processors {
  /** Has a child do a task of a thread; gives the line of the answer. @throws process_gone at once when the child is down */
  request(index: number, stage: string, task: unknown): Promise<Buffer>;
  pidOf(stage: string): number | null;
  /** Ends what an earlier worker left, and starts the children under a supervisor. */
  start(): Promise<Supervisor>;
}

const backoff = { minMs: 500, maxMs: 30_000 };

export function workerProcessors(options: ProcessorsOptions): Processors {
  const { processors, warn } = options;
  const present = new Map<string, Processor>();
  const working = new Map<number, Promise<unknown>>();

  const specOf = (config: ProcessorConfig): ChildSpec => ({
    id: config.stage,
    start: async (): Promise<Child> => {
      const processor = await startProcessor({
        ...config,
        mark: options.mark,
        onLog: (line) => warn(`processor ${config.stage}: ${line}`),
      });
      present.set(config.stage, processor);
      void processor.exited.then(() => {
        if (present.get(config.stage) === processor) present.delete(config.stage);
      });
      return processor;
    },
  });

  const ask = async (index: number, stage: string, task: unknown) => {
    const processor = present.get(stage);
    if (processor)
      return processor.request(task, { onProgress: (progress) => options.onProgress(index, progress) });
    throw new SealvisorError('process_gone', `child process exited: ${stage}; it is being started again`);
  };
  return {
    request: (index, stage, task) => {
      // A thread that died leaves its task behind: the next incarnation's waits for it, for both write the same files.
      const mine = (working.get(index) ?? Promise.resolve()).then(() => ask(index, stage, task));
      working.set(
        index,
        mine.catch(() => undefined),
      );
      return mine;
    },
    pidOf: (stage) => present.get(stage)?.pid ?? null,
    start: () => {
      for (const pid of endOrphans(options.mark)) warn(`ended process ${pid}, left by an earlier worker`);
      return startSupervisor({ children: processors.map(specOf), intensity: 100, periodMs: 60_000, backoff });
    },
  };
}
