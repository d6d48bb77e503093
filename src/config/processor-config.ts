import { SealvisorError } from '../protocol/errors.js';
import { type BuiltinStage, builtinStages } from '../protocol/stages.js';
import type { WorkerTable } from './worker-schema.js';

/** A `[[processors.<stage>]]`: a child process that runs the stage for all threads. Without `bin` it is our own processor. */
export interface ProcessorConfig {
  readonly stage: BuiltinStage;
  /** A path, or a name on PATH. @default our own executable */
  readonly bin?: string;
  /** @default `processor <stage>` */
  readonly args?: readonly string[];
  /** How long the child may take until it is ready, ms. @default 5000 */
  readonly stableWaitMs: number;
  /** Set in the child's environment. @default {} */
  readonly envs: Readonly<Record<string, string>>;
  /** Whether the child also inherits the worker's environment. @default true */
  readonly inheritEnvs: boolean;
  /** Whether it is restarted when it dies. @default true */
  readonly autoRestart: boolean;
  /** How many tasks it may run at the same time. @default no limit */
  readonly concurrent?: number;
  /** Its share of the tasks, relative to the others of its stage. @default `concurrent`, else 1 */
  readonly weight?: number;
  /** Names of the `ext_locks` that it must all hold while it runs a task. @default none */
  readonly locks?: readonly string[];
  /** The CPUs it runs on, `0-3,8`. @default all */
  readonly cpuset?: string;
  /** The control group under which its own is created. @default 'vc-worker' */
  readonly groupName?: string;
  /** The NUMA node that its memory is preferably allocated from. @default none */
  readonly numaPreferred?: number;
}

type ProcessorTable = NonNullable<NonNullable<WorkerTable['processors']>[BuiltinStage]>[number];

/**
 * In the order of the stages; several processors of one stage share its tasks.
 * @throws config_invalid for a lock that cannot be acquired
 */
export function processorConfigs({ processors = {} }: WorkerTable, path: string): readonly ProcessorConfig[] {
  const locks = processors.ext_locks ?? {};
  return builtinStages.flatMap((stage) =>
    (processors[stage] ?? []).map((table, at) => {
      checkLocks(table, locks, `${processorKey(stage, at)}.locks in ${path}`);
      return processorConfig(stage, table);
    }),
  );
}

/** The key of the `at`th processor of a stage, from 0. */
export function processorKey(stage: string, at: number): string {
  return `processors.${stage}[${at}]`;
}

function processorConfig(stage: BuiltinStage, table: ProcessorTable): ProcessorConfig {
  const { bin, args, concurrent, weight, locks, cgroup, numa_preferred: numaPreferred } = table;
  const given = {
    ...{ bin, args, concurrent, weight, locks, numaPreferred },
    cpuset: cgroup?.cpuset,
    groupName: cgroup?.group_name,
  };
  // Keys that the file leaves out are left out here too.
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    stage,
    ...set,
    stableWaitMs: table.stable_wait ?? 5000,
    envs: { ...table.envs },
    inheritEnvs: table.inherit_envs ?? true,
    autoRestart: table.auto_restart ?? true,
  };
}

function checkLocks(
  { locks = [] }: ProcessorTable,
  defined: Readonly<Record<string, number>>,
  where: string,
): void {
  for (const name of locks) {
    if (!Object.hasOwn(defined, name)) {
      const known = Object.keys(defined).join(', ') || 'nothing yet';
      throw new SealvisorError(
        'config_invalid',
        `${where}: no lock ${name}: [processors.ext_locks] defines ${known}`,
      );
    }
    if (locks.indexOf(name) !== locks.lastIndexOf(name))
      throw new SealvisorError('config_invalid', `${where}: expected ${name} once`);
  }
}
