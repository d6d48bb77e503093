import { fileURLToPath } from 'node:url';
import type { ProcessorConfig } from '../config/processor-config.js';
import type { ProcessorCommand } from './processors.js';

/** Where the build puts the command, seen from here. */
const venusWorker = fileURLToPath(new URL('../../cli/venus-worker.cjs', import.meta.url));

/** How a `[[processors.<stage>]]` without `bin` is run: our own processor, as a child of its own. */
export function builtinProcessor(
  config: ProcessorConfig,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProcessorCommand {
  const { stage, stableWaitMs, autoRestart, envs, inheritEnvs } = config;
  const env = { ...(inheritEnvs ? environment : {}), ...envs };
  return {
    stage,
    command: process.execPath,
    args: [venusWorker, 'processor', stage],
    env,
    stableWaitMs,
    autoRestart,
  };
}
