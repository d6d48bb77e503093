/** How a `[[processors.<stage>]]` is run on this machine. */

import { fileURLToPath } from 'node:url';
import { type ProcessorConfig, processorKey } from '../../config/processor-config.js';
import { executable } from '../../processes/executable.js';
import type { Emit } from '../../protocol/events/table.js';
import { type CommandLine, processorPlacement } from './placement.js';

export interface ProcessorCommand extends CommandLine {
  readonly stage: string;
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long it may take to become ready, ms. */
  readonly stableWaitMs: number;
  /** Whether it is restarted when it dies. */
  readonly autoRestart: boolean;
  /** How many tasks it may have at once. @default no limit */
  readonly concurrent?: number;
  /** Its capacity relative to the others of its stage. @default `concurrent`, else 1 */
  readonly weight?: number;
  /** Locks that it needs, all of them, while it has a task. @default none */
  readonly locks?: readonly string[];
  /** Called at each start: the command line that runs it with its CPU and memory placement. @default `command` and `args` */
  readonly place?: () => CommandLine;
}

/** Where the build puts the command. */
const venusWorker = fileURLToPath(import.meta.resolve('#cli/venus-worker.cjs'));

/** The commands of all configured processors. @throws config_invalid for a program that cannot be run or CPUs that do not exist; disk_hung */
export async function processorCommands(
  configs: readonly ProcessorConfig[],
  emit: Emit,
): Promise<readonly ProcessorCommand[]> {
  const counts = new Map<string, number>();
  const placement = processorPlacement(emit);
  const commands: ProcessorCommand[] = [];
  for (const config of configs) {
    const at = counts.get(config.stage) ?? 0;
    counts.set(config.stage, at + 1);
    const key = processorKey(config.stage, at);
    const command = await processorCommand(config, key);
    const place = await placement(config, key, at, command);
    commands.push(place ? { ...command, place } : command);
  }
  return commands;
}

/** Without `bin` it is our own processor, in a separate child process. @throws config_invalid, disk_hung */
export async function processorCommand(
  config: ProcessorConfig,
  key = processorKey(config.stage, 0),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ProcessorCommand> {
  const { stage, bin, stableWaitMs, autoRestart, envs, inheritEnvs, concurrent, weight, locks } = config;
  // As upstream does: its programs take these two arguments.
  const args = config.args ?? ['processor', stage];
  const searchPath = envs.PATH ?? environment.PATH;
  return {
    stage,
    ...(bin === undefined
      ? // SIGUSR1 must not open Node's inspector in it, from its start on.
        { command: process.execPath, args: ['--disable-sigusr1', venusWorker, ...args] }
      : { command: await executable(bin, `${key}.bin`, searchPath), args }),
    env: { ...(inheritEnvs ? environment : {}), ...envs },
    stableWaitMs,
    autoRestart,
    ...(concurrent === undefined ? {} : { concurrent }),
    ...(weight === undefined ? {} : { weight }),
    ...(locks === undefined ? {} : { locks }),
  };
}
