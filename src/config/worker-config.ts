import { resolve } from 'node:path';
import type { TomlTable } from 'smol-toml';
import { SealvisorError } from '../protocol/errors.js';
import type { FaultAct } from '../protocol/fault.js';
import type { ErrorLevel } from '../protocol/level.js';
import { checked } from './checked.js';
import { given } from './given.js';
import { checkIntervals, leastIntervalMs } from './interval-floor.js';
import { keysWithoutEffect } from './keys-without-effect.js';
import { unusedPaths } from './known-keys.js';
import { limitConfigs, staggeredConfigs } from './limit-config.js';
import { type ProcessorConfig, processorConfigs } from './processor-config.js';
import {
  type BreakerConfig,
  breakerConfig,
  type DeadlinesConfig,
  deadlinesConfig,
  type RetryOverride,
  retryOverrides,
} from './retry-config.js';
import { defaultSealing, overrideSealing } from './sealing-settings.js';
import { type SpaceConfig, spaceConfig } from './space-config.js';
import { type AttachedConfig, attachedStores, checkStores } from './store-config.js';
import { type RealPath, type ThreadConfig, threadConfigs } from './thread-config.js';
import { readToml } from './toml-file.js';
import { type WorkerTable, workerTable } from './worker-schema.js';

export type { ProcessorConfig } from './processor-config.js';
export type { BreakerConfig, DeadlinesConfig, RetryOverride } from './retry-config.js';
export type { SealingSettings } from './sealing-settings.js';
export type { AttachedConfig } from './store-config.js';
export type { ThreadConfig } from './thread-config.js';

/** The configuration of a worker; durations in ms, sizes in bytes, paths absolute, deeply frozen. */
export interface WorkerConfig {
  readonly path: string;
  readonly worker: {
    /** @default the local IP used to reach the manager; found at start */
    readonly name?: string;
    /** @default '0.0.0.0' */
    readonly host: string;
    /** @default 17890 */
    readonly port: number;
    /** @default 30000 */
    readonly pingIntervalMs: number;
    readonly localPiecesDirs: readonly string[];
  };
  readonly manager: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly pieceToken?: string;
  };
  readonly threads: readonly ThreadConfig[];
  readonly attached: readonly AttachedConfig[];
  /** Children that run stages for the threads; a stage without one is run in the thread. */
  readonly processors: readonly ProcessorConfig[];
  /** How many processors may hold a lock at the same time, by the lock's name. */
  readonly extLocks: Readonly<Record<string, number>>;
  /** A built-in stage takes at least this long, by processor's name. */
  readonly builtinLeastMs: Readonly<Record<string, number>>;
  readonly faults: readonly FaultConfig[];
  /** @default 30000 */
  readonly stopGraceMs: number;
  /** Whether C1 is tried before a pre-commit is submitted; `auto`: for sectors up to 512MiB. @default 'auto' */
  readonly checkBeforePreCommit: 'auto' | 'on' | 'off';
  /** Largest output of a processor that is passed on, bytes. @default 4 GiB */
  readonly largestOutput: number;
  /** Spare booted threads, in which the work of a crashed one continues at once. @default 0 */
  readonly spareThreads: number;
  /**
   * How many threads may run a stage at the same time, and (`staggeredMs`) the minimum time between two starts, by
   * the stage's name.
   */
  readonly limits: Readonly<Record<string, number>>;
  readonly staggeredMs: Readonly<Record<string, number>>;
  /** Retries of a stage that `[sealvisor.retry.<stage>]` sets; upstream's keys give the rest. */
  readonly retry: Readonly<Record<string, RetryOverride>>;
  readonly breaker: BreakerConfig;
  readonly deadlines: DeadlinesConfig;
  readonly space: SpaceConfig;
  /** Rows of history kept for a thread. @default 10000 */
  readonly historyRows: number;
  /** Where the worker keeps its own state: limits and cordon set by hand. @default the first thread's location */
  readonly home: string;
  /** Directories that unsealed pieces may be written to, for a `file:` destination. @default none */
  readonly unsealRoots: readonly string[];
  /** Names under which the worker accepts requests, in addition to its addresses. @default none */
  readonly names: readonly string[];
}

export interface FaultConfig {
  readonly stage: string;
  readonly level: ErrorLevel;
  readonly message: string;
  /** 0 = always. @default 0 */
  readonly times: number;
  /** Only this thread. @default every thread */
  readonly thread?: number;
  /** How the thread dies, instead of failing the stage. */
  readonly act?: FaultAct;
  /** Probability per try, 0 to 1. @default 1 */
  readonly chance?: number;
}

/**
 * Reads and checks a worker's configuration; `warnings` name the keys that have no effect, one line each.
 * @throws config_missing, config_invalid, location_shared
 */
export function loadWorkerConfig(path: string): LoadedConfig {
  return configOf(readToml(path), path);
}

export interface LoadedConfig {
  readonly config: WorkerConfig;
  readonly warnings: string[];
}

/** The same from the parsed tables of the file at `path`. `real` resolves symbolic links, to find directories that are the same. */
export function configOf(raw: TomlTable, path: string, real?: RealPath): LoadedConfig {
  const table = checked(workerTable, raw, path);
  checkIntervals(workerTable, raw, path, leastIntervalMs(table.sector_manager.rpc_client.addr));
  const unused = unusedPaths(workerTable, raw).map((key) => `${key} is known but not used yet`);
  const config = deepFreeze(workerConfig(table, path, real));
  return { config, warnings: [...unused, ...keysWithoutEffect(table, config.threads)] };
}

function workerConfig(table: WorkerTable, path: string, real?: RealPath): WorkerConfig {
  const { worker = {}, sector_manager: manager, sealvisor = {} } = table;
  const piecesDirs = worker.local_pieces_dirs ?? (worker.local_pieces_dir ? [worker.local_pieces_dir] : []);
  const threads = threadConfigs(
    table.sealing_thread,
    overrideSealing(defaultSealing, table.sealing),
    sealvisor.home,
    real,
  );
  const attached = attachedStores(table, path, real);
  checkStores(threads, attached, path, real);
  return {
    path: resolve(path),
    worker: {
      ...(worker.name === undefined ? {} : { name: worker.name }),
      host: worker.rpc_server?.host ?? '0.0.0.0',
      port: worker.rpc_server?.port ?? 17890,
      pingIntervalMs: worker.ping_interval ?? 30_000,
      localPiecesDirs: piecesDirs.map((dir) => resolve(dir)),
    },
    manager: {
      url: manager.rpc_client.addr,
      headers: { ...manager.rpc_client.headers },
      ...(manager.piece_token === undefined ? {} : { pieceToken: manager.piece_token }),
    },
    threads,
    attached,
    processors: processorConfigs(table, path),
    extLocks: { ...table.processors?.ext_locks },
    builtinLeastMs: given({ ...sealvisor.builtin?.least }),
    faults: faults(sealvisor.faults ?? [], threads.length, path),
    stopGraceMs: sealvisor.stop_grace ?? 30_000,
    checkBeforePreCommit: sealvisor.check_before_precommit ?? 'auto',
    largestOutput: sealvisor.largest_output ?? 4 * 2 ** 30,
    spareThreads: sealvisor.spare_threads ?? 0,
    limits: limitConfigs(table),
    staggeredMs: staggeredConfigs(table),
    retry: retryOverrides(sealvisor),
    breaker: breakerConfig(sealvisor),
    deadlines: deadlinesConfig(sealvisor, path),
    space: spaceConfig(table),
    historyRows: sealvisor.history_rows ?? 10_000,
    home: resolve(sealvisor.home ?? threads[0]?.location ?? '.'),
    unsealRoots: (sealvisor.unseal_roots ?? []).map((root) => resolve(root)),
    names: sealvisor.names ?? [],
  };
}

type FaultTable = NonNullable<NonNullable<WorkerTable['sealvisor']>['faults']>[number];

function faults(tables: readonly FaultTable[], threads: number, path: string): readonly FaultConfig[] {
  return tables.map((fault, index) => {
    const { stage, level, message, times = 0, thread, act, chance } = fault;
    const key = `sealvisor.faults[${index}]`;
    if (act === undefined && (level === undefined || message === undefined))
      throw new SealvisorError('config_invalid', `${key} in ${path}: expected level and message, or act`);
    if (thread !== undefined && thread >= threads) {
      const expected = `expected the index of a sealing_thread, 0 to ${threads - 1}`;
      throw new SealvisorError('config_invalid', `${key}.thread = ${thread} in ${path}: ${expected}`);
    }
    return {
      stage,
      level: level ?? 'permanent',
      message: message ?? '',
      times,
      ...(thread === undefined ? {} : { thread }),
      ...(act === undefined ? {} : { act }),
      ...(chance === undefined ? {} : { chance }),
    };
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
