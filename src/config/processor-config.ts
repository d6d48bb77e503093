import { type BuiltinStage, builtinStages } from '../protocol/stages.js';
import type { WorkerTable } from './worker-schema.js';

/** A `[[processors.<stage>]]` without `bin`: our own processor does the stage, in a child process shared by the threads. */
export interface ProcessorConfig {
  readonly stage: BuiltinStage;
  /** How long the child may take until it is ready, ms. @default 5000 */
  readonly stableWaitMs: number;
  /** Set in the child's environment. @default {} */
  readonly envs: Readonly<Record<string, string>>;
  /** Whether the child has the worker's environment, too. @default true */
  readonly inheritEnvs: boolean;
  /** Whether it is started again when it dies. @default true */
  readonly autoRestart: boolean;
}

/** In the order of the stages; several of one stage share its tasks. */
export function processorConfigs({ processors = {} }: WorkerTable): readonly ProcessorConfig[] {
  return builtinStages.flatMap((stage) =>
    (processors[stage] ?? [])
      .filter((table) => table.bin === undefined)
      .map((table) => ({
        stage,
        stableWaitMs: table.stable_wait ?? 5000,
        envs: { ...table.envs },
        inheritEnvs: table.inherit_envs ?? true,
        autoRestart: table.auto_restart ?? true,
      })),
  );
}

/** What else there is to say of a key without effect: who does what it names. */
export function inItsStead(path: string): string {
  const stage = /^processors\.(\w+)\[\d+\]\.bin$/.exec(path)?.[1];
  return builtinStages.some((known) => known === stage) ? `: the built-in processor does ${stage}` : '';
}
