/** The worker's processor children: one a `[[processors.<stage>]]`, shared by its threads, started again with backoff when they die. */
import { type ChildSpec, startTree, type Tree } from '../actors/index.js';
import { endOrphans } from '../processes/orphans.js';
import { type Processor, startProcessor } from '../processes/processor.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { Progress } from '../protocol/thread.js';
import type { Dumps } from './dumps.js';
import type { FreezeDesk } from './freezing.js';
import { processReturns } from './process-returns.js';

export interface ProcessorCommand {
  readonly stage: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long it may take until it is ready, ms. */
  readonly stableWaitMs: number;
  /** Whether it is started again when it dies. */
  readonly autoRestart: boolean;
}

export interface ProcessorsOptions {
  readonly processors: readonly ProcessorCommand[];
  /** Whose children they are: the same for every worker on this home (`homeMark`). */
  readonly mark: string;
  readonly warn: (line: string) => void;
  /** A task's progress, told by its child. */
  readonly onProgress: (index: number, progress: Progress) => void;
  /** A process has begun to work for a thread. */
  readonly onWork?: (index: number) => void;
  /** Where lines that are no answers may go. @default to the log */
  readonly dumps?: Pick<Dumps, 'watch' | 'take'>;
}

export interface Processors extends FreezeDesk {
  /** The stages that children do. */
  readonly stages: readonly string[];
  /** Has a child do a task of a thread; gives the line of the answer. @throws process_gone at once when the child is down */
  request(index: number, stage: string, task: unknown): Promise<Buffer>;
  /** The process that works for a thread now. */
  pidOf(index: number): number | null;
  /** Ends what an earlier worker left, and starts the children under a supervisor. @throws start_failed; nothing is left running */
  start(): Promise<Tree>;
}

const backoff = { minMs: 500, maxMs: 30_000 };
/** Never reached with this backoff: a child that cannot live is tried for ever, and the threads are told. */
const limit = { intensity: 100, periodMs: 60_000 };

export function workerProcessors(options: ProcessorsOptions): Processors {
  const { processors, mark, warn, dumps } = options;
  const present = new Set<Processor>();
  const asked = new Map<number, Promise<unknown>>();
  const working = new Map<number, Processor>();
  /** A process that stands still takes no more tasks. */
  const frozen = new Map<number, Processor>();
  const returns = processReturns();

  const startOne = async (config: ProcessorCommand) => {
    const onLog = (line: string) => warn(`processor ${config.stage}: ${line}`);
    const processor = await startProcessor({ ...config, mark, onLog, ...(dumps && { onStray: dumps.take }) });
    dumps?.watch(processor);
    present.add(processor);
    void processor.exited.then((exit) => {
      present.delete(processor);
      if (exit.kind === 'crash') warn(`${messageOf(exit.error)}; ${outlook(config.autoRestart)}`);
    });
    return processor;
  };
  const specOf = (config: ProcessorCommand, at: number): ChildSpec => {
    let hasBeenUp = false;
    return {
      id: `${config.stage}#${at}`,
      restart: config.autoRestart ? 'permanent' : 'temporary',
      start: async () => {
        try {
          const processor = await startOne(config).finally(() => returns.over(config.stage));
          hasBeenUp = true;
          return { ...processor, facts: () => ({ pid: processor.pid }) };
        } catch (error) {
          // The first failure is the whole start's, and is told by that.
          if (hasBeenUp) warn(`${messageOf(error)}; it is tried again`);
          throw error;
        }
      },
    };
  };

  const missing = (stage: string) => {
    const [holder] = [...frozen].find(([, each]) => each.stage === stage) ?? [];
    if (holder === undefined) return isDown(stage, processors);
    return new SealvisorError('process_gone', `the ${stage} process is frozen for thread #${holder}`);
  };
  /** Does it to the process that works for this thread alone; `none` does, or it works for these others as well. */
  const toOwn = <T>(index: number, act: (processor: Processor) => T): T | 'none' | readonly number[] => {
    const processor = working.get(index);
    if (!processor) return 'none';
    const sharing = [...working].filter(([other, each]) => each === processor && other !== index);
    return sharing.length > 0 ? sharing.map(([other]) => other) : act(processor);
  };
  const end = (processor: Processor) => {
    if (isTriedAgain(processor.stage)) returns.expect(processor.stage);
    present.delete(processor);
    processor.kill();
  };
  const isTriedAgain = (stage: string) => processors.some((each) => each.stage === stage && each.autoRestart);
  const unfreeze = (index: number, act: (processor: Processor) => void) => {
    const processor = frozen.get(index);
    if (!processor) return;
    frozen.delete(index);
    act(processor);
  };

  const freest = (stage: string) =>
    [...present]
      .filter((each) => each.stage === stage && ![...frozen.values()].includes(each))
      .toSorted((one, other) => one.inFlight() - other.inFlight())[0];
  const ask = async (index: number, stage: string, task: unknown) => {
    const before = freest(stage);
    if (!before) await returns.of(stage);
    const processor = before ?? freest(stage);
    if (!processor) throw missing(stage);
    working.set(index, processor);
    options.onWork?.(index);
    try {
      const onProgress = (progress: Progress) => options.onProgress(index, progress);
      return await processor.request(task, { onProgress });
    } finally {
      working.delete(index);
      unfreeze(index, (each) => each.thaw());
    }
  };
  return {
    stages: [...new Set(processors.map(({ stage }) => stage))],
    request: (index, stage, task) => {
      // A thread that died leaves its task behind: the next incarnation's waits for it, for both write the same files.
      const mine = (asked.get(index) ?? Promise.resolve()).then(() => ask(index, stage, task));
      const settled = () => undefined;
      asked.set(index, mine.then(settled, settled));
      return mine;
    },
    pidOf: (index) => working.get(index)?.pid ?? null,
    freeze: (index) =>
      toOwn(index, (processor) => {
        frozen.set(index, processor);
        processor.freeze();
        return 'frozen' as const;
      }),
    thaw: (index) => unfreeze(index, (each) => each.thaw()),
    endFrozen: (index) => unfreeze(index, end),
    end: (index) =>
      toOwn(index, (processor) => {
        frozen.delete(index);
        end(processor);
        return 'ended' as const;
      }),
    start: async () => {
      for (const pid of await endOrphans(mark)) warn(`ended process ${pid}, left by an earlier worker`);
      return startTree({ children: processors.map(specOf), ...limit, backoff });
    },
  };
}

function isDown(stage: string, processors: readonly ProcessorCommand[]): SealvisorError {
  const ofStage = processors.filter((each) => each.stage === stage);
  const next = outlook(ofStage.some((each) => each.autoRestart));
  return new SealvisorError('process_gone', `child process exited: ${stage}; ${next}`);
}

function outlook(isTried: boolean): string {
  return isTried ? 'it is being started again' : 'auto_restart is off: restart the worker';
}
