/** The processor children that live: started under a supervisor, and again with backoff when they die. */
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
  /** Largest output that is handed on, bytes. */
  readonly largestOutput?: (() => number) | undefined;
  /** One has come or gone. */
  readonly onChange: () => void;
  /** Where lines that are not answers may go. */
  readonly dumps?: Pick<Dumps, 'watch' | 'take'> | undefined;
}

const backoff = { minMs: 500, maxMs: 30_000 };
/** Never reached with this backoff: a child that cannot live is tried for ever, and the threads are told. */
const limit = { intensity: 100, periodMs: 60_000 };

export class ProcessChildren {
  readonly #options: ProcessChildrenOptions;
  readonly #living = new Map<Processor, ProcessorCommand>();
  readonly #returns = processReturns();

  constructor(options: ProcessChildrenOptions) {
    this.#options = options;
  }

  /** Ends what an earlier worker left, and starts the children. @throws start_failed; nothing is left running */
  async start(): Promise<Tree> {
    const { commands, mark, emit } = this.#options;
    for (const pid of await endOrphans(mark)) emit({ event: 'processor.orphanEnded', pid });
    const children = commands.map((command, at) => this.#specOf(command, at));
    return startTree({ children, ...limit, backoff });
  }

  /** Those of a stage that live. */
  of(stage: string): readonly Processor[] {
    return [...this.#living].flatMap(([processor, command]) => (command.stage === stage ? [processor] : []));
  }

  commandOf(processor: Processor): ProcessorCommand {
    const command = this.#living.get(processor);
    if (command) return command;
    throw new Error(`processor ${processor.stage} (pid ${processor.pid}) has ended`);
  }

  /** Kills one that is in nobody's way any more only by its death; it is started again. */
  end(processor: Processor): void {
    if (!this.#living.has(processor)) return;
    if (this.isTriedAgain(processor.stage)) this.#returns.expect(processor.stage);
    this.#living.delete(processor);
    processor.kill();
  }

  /** Whether one that was ended here is on its way back. */
  isReturning(stage: string): boolean {
    return this.#returns.isExpected(stage);
  }

  /** Resolves when none is on its way back. */
  returned(stage: string): Promise<void> {
    return this.#returns.of(stage);
  }

  /** Whether one that died is started again, until it lives. */
  isTriedAgain(stage: string): boolean {
    return this.#options.commands.some((command) => command.stage === stage && command.autoRestart);
  }

  /** Why a stage without a living child is not done. */
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
          // The first failure is the whole start's, and is told by that.
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
