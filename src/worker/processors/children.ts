/** The living processor children: started under a supervisor, and restarted with backoff when they die (`auto_restart`). */
import { type ChildSpec, startTree, type Tree } from '../../actors/index.js';
import { endOrphans } from '../../processes/orphans.js';
import { type Processor, startProcessor } from '../../processes/processor.js';
import { SealvisorError } from '../../protocol/errors.js';
import { faultFields } from '../../protocol/events/event.js';
import type { Emit } from '../../protocol/events/table.js';
import type { ProcessorCommand } from './command.js';
import type { Dumps } from './dumps.js';
import { processReturns } from './returns.js';

export interface ProcessChildrenOptions {
  readonly commands: readonly ProcessorCommand[];
  readonly mark: string;
  readonly emit: Emit;
  /** Largest output that is passed on, bytes. */
  readonly largestOutput?: (() => number) | undefined;
  /** A child has started or ended. */
  readonly onChange: () => void;
  /** May take lines that are not answers. */
  readonly dumps?: Pick<Dumps, 'watch' | 'take'> | undefined;
}

const backoff = { minMs: 500, maxMs: 30_000 };
/** Never reached with this backoff: a child that keeps dying is retried forever, and threads get an error. */
const limit = { intensity: 100, periodMs: 60_000 };

export class ProcessChildren {
  readonly #options: ProcessChildrenOptions;
  readonly #living = new Map<Processor, ProcessorCommand>();
  readonly #returns = processReturns();

  constructor(options: ProcessChildrenOptions) {
    this.#options = options;
  }

  /** Ends the processes that an earlier worker left, and starts the children. @throws start_failed; nothing is left running */
  async start(): Promise<Tree> {
    const { commands, mark, emit } = this.#options;
    for (const pid of await endOrphans(mark)) emit({ event: 'processor.orphanEnded', pid });
    const children = commands.map((command, at) => this.#specOf(command, at));
    return startTree({ children, ...limit, backoff });
  }

  /** The living children of a stage. */
  of(stage: string): readonly Processor[] {
    return [...this.#living].flatMap(([processor, command]) => (command.stage === stage ? [processor] : []));
  }

  commandOf(processor: Processor): ProcessorCommand {
    const command = this.#living.get(processor);
    if (command) return command;
    throw new Error(`processor ${processor.stage} (pid ${processor.pid}) has ended`);
  }

  /** Kills a child whose work is not needed and would block others; with `auto_restart` it is restarted. */
  end(processor: Processor): void {
    if (!this.#living.has(processor)) return;
    if (this.isTriedAgain(processor.stage)) this.#returns.expect(processor.stage);
    this.#living.delete(processor);
    processor.kill();
  }

  /** Whether a child that `end()` killed is being restarted. */
  isReturning(stage: string): boolean {
    return this.#returns.isExpected(stage);
  }

  /** Resolves when no child of the stage is being restarted after an `end()`. */
  returned(stage: string): Promise<void> {
    return this.#returns.of(stage);
  }

  /** Whether a dead child of the stage is restarted (`auto_restart`). */
  isTriedAgain(stage: string): boolean {
    return this.#options.commands.some((command) => command.stage === stage && command.autoRestart);
  }

  /** The error for a stage without a living child. */
  missing(stage: string): SealvisorError {
    return new SealvisorError(
      'process_gone',
      `child process exited: ${stage}; ${outlook(this.isTriedAgain(stage))}`,
    );
  }

  #specOf(command: ProcessorCommand, at: number): ChildSpec {
    const { emit, onChange } = this.#options;
    let hasBeenUp = false;
    return {
      id: `${command.stage}#${at}`,
      restart: command.autoRestart ? 'permanent' : 'temporary',
      start: async () => {
        try {
          const processor = await this.#startOne(command).finally(() => this.#returns.over(command.stage));
          hasBeenUp = true;
          onChange();
          return { ...processor, facts: () => ({ pid: processor.pid }) };
        } catch (error) {
          // A failure of the first start fails the whole start, which reports it.
          if (hasBeenUp)
            emit({ event: 'processor.notStarted', processor: command.stage, ...faultFields(error) });
          throw error;
        }
      },
    };
  }

  async #startOne(command: ProcessorCommand): Promise<Processor> {
    const { mark, emit, onChange, dumps, largestOutput } = this.#options;
    const { stage } = command;
    const onLog = (line: string, pid: number) =>
      emit({ event: 'processor.printed', processor: stage, pid, line });
    const placed = command.place?.() ?? command;
    const hook = dumps && { onStray: dumps.take };
    const processor = await startProcessor({ ...command, ...placed, mark, onLog, ...hook, largestOutput });
    dumps?.watch(processor);
    this.#living.set(processor, command);
    void processor.exited.then((exit) => {
      this.#living.delete(processor);
      placed.leave?.();
      if (exit.kind === 'crash')
        emit({
          ...{ event: 'processor.crashed', processor: stage, pid: processor.pid },
          ...{ outlook: outlook(command.autoRestart), ...faultFields(exit.error) },
        });
      onChange();
    });
    return processor;
  }
}

function outlook(isTried: boolean): string {
  return isTried ? 'it is being started again' : 'auto_restart is off: restart the worker';
}
