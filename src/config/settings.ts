/** A configuration as a list of settings, to be compared with another one: in the order of the file. */
import { processorKey } from './processor-config.js';
import type { SealingSettings } from './sealing-settings.js';
import type { ThreadConfig } from './thread-config.js';
import { durationText, listText, sizeText, tableText } from './value-text.js';
import type { WorkerConfig } from './worker-config.js';

export interface Setting {
  readonly key: string;
  /** As a person writes it; null = not set. */
  readonly text: string | null;
  /** What must not be printed, and makes a difference all the same. */
  readonly secret?: string;
  /** Whether it takes hold only when the worker is started again. */
  readonly isFixed: boolean;
}

/** All that stands before the threads. */
export function settingsAbove({ worker, manager }: WorkerConfig): readonly Setting[] {
  const { origin, pathname } = new URL(manager.url);
  const address = `${origin}${pathname === '/' ? '' : pathname}`;
  return [
    fixed('worker.name', worker.name ?? null),
    fixed('worker.rpc_server.host', worker.host),
    fixed('worker.rpc_server.port', String(worker.port)),
    live('worker.ping_interval', durationText(worker.pingIntervalMs)),
    fixed('worker.local_pieces_dirs', listText(worker.localPiecesDirs)),
    // A URL may hold a password or a token.
    { ...fixed('sector_manager.rpc_client.addr', address), secret: manager.url },
    ...each(manager.headers, 'sector_manager.rpc_client.headers', secret),
    ...(manager.pieceToken === undefined ? [] : [secret('sector_manager.piece_token', manager.pieceToken)]),
  ];
}

/** Of a thread; its index is its place in the file. */
export function threadSettings({ index, location, plan, sealing }: ThreadConfig): readonly Setting[] {
  const name = threadName(location);
  return [
    fixed(`${name} index`, String(index)),
    live(`${name} plan`, plan),
    ...Object.entries(sealingTexts(sealing)).map(([key, text]) => live(`${name} sealing.${key}`, text)),
  ];
}

/** What a change says of a thread: the only name of it that an edited file keeps. */
export function threadName(location: string): string {
  return `sealing_thread ${JSON.stringify(location)}`;
}

/** All that stands behind the threads. */
export function settingsBelow(config: WorkerConfig): readonly Setting[] {
  const { breaker, deadlines, space } = config;
  return [
    ...config.attached.map((store) =>
      live(`attached ${JSON.stringify(store.name)}`, tableText({ ...store })),
    ),
    live('attached_selection.enable_space_weighted', String(space.isStoreWeighted)),
    ...each(config.limits, 'processors.limit', (key, limit) => live(key, String(limit))),
    ...each(config.staggeredMs, 'processors.limitation.staggered', (key, ms) => live(key, durationText(ms))),
    ...each(config.extLocks, 'processors.ext_locks', (key, most) => fixed(key, String(most))),
    ...processorSettings(config),
    ...each(config.builtinLeastMs, 'sealvisor.builtin.least', (key, ms) => fixed(key, durationText(ms))),
    ...config.faults.map((fault, index) => fixed(`sealvisor.faults[${index}]`, tableText({ ...fault }))),
    live('sealvisor.stop_grace', durationText(config.stopGraceMs)),
    live('sealvisor.check_before_precommit', config.checkBeforePreCommit),
    live('sealvisor.largest_output', sizeText(config.largestOutput)),
    fixed('sealvisor.spare_threads', String(config.spareThreads)),
    ...retrySettings(config),
    live('sealvisor.breaker.after', String(breaker.after)),
    live('sealvisor.breaker.probe', durationText(breaker.probeMs)),
    live('sealvisor.deadlines.epoch', durationText(deadlines.epochMs)),
    live('sealvisor.deadlines.ticket', String(deadlines.ticket)),
    live('sealvisor.deadlines.pre_commit', String(deadlines.preCommit)),
    live('sealvisor.deadlines.margin', String(deadlines.margin)),
    live('sealvisor.space.enable', String(space.isEnabled)),
    live('sealvisor.space.reserve', sizeText(space.reserveBytes)),
    live('sealvisor.space.check_interval', durationText(space.checkIntervalMs)),
    ...each(space.needs, 'sealvisor.space.needs', (key, sizes) => live(key, String(sizes))),
    fixed('sealvisor.history_rows', String(config.historyRows)),
    fixed('sealvisor.home', config.home),
    live('sealvisor.unseal_roots', listText(config.unsealRoots)),
    live('sealvisor.names', listText(config.names)),
  ];
}

function processorSettings({ processors }: WorkerConfig): readonly Setting[] {
  const counts = new Map<string, number>();
  return processors.map(({ stage, stableWaitMs, envs, inheritEnvs, autoRestart, ...given }) => {
    const index = counts.get(stage) ?? 0;
    counts.set(stage, index + 1);
    const { bin, args, concurrent, weight, locks, cpuset, groupName, numaPreferred } = given;
    const text = tableText({
      ...{ bin, args },
      stable_wait: durationText(stableWaitMs),
      envs: Object.keys(envs),
      inherit_envs: inheritEnvs,
      auto_restart: autoRestart,
      ...{ concurrent, weight, locks },
      'cgroup.group_name': groupName,
      'cgroup.cpuset': cpuset,
      numa_preferred: numaPreferred,
    });
    return { ...fixed(processorKey(stage, index), text), secret: JSON.stringify(envs) };
  });
}

function retrySettings({ retry }: WorkerConfig): readonly Setting[] {
  return Object.entries(retry).flatMap(([stage, { tries, firstMs, factor, capMs, jitter }]) => {
    const texts = {
      tries: numberText(tries),
      first: firstMs === undefined ? null : durationText(firstMs),
      factor: numberText(factor),
      cap: capMs === undefined ? null : durationText(capMs),
      jitter: numberText(jitter),
    };
    return each(texts, `sealvisor.retry.${stage}`, live);
  });
}

function sealingTexts(sealing: SealingSettings): Readonly<Record<string, string | null>> {
  return {
    allowed_miners: listText(sealing.allowedMiners),
    allowed_sizes: listText(sealing.allowedSizes, sizeText),
    enable_deals: String(sealing.enableDeals),
    disable_cc: String(sealing.disableCc),
    max_deals: numberText(sealing.maxDeals),
    min_deal_space: sealing.minDealSpace === null ? null : sizeText(sealing.minDealSpace),
    max_retries: String(sealing.maxRetries),
    seal_interval: durationText(sealing.sealIntervalMs),
    recover_interval: durationText(sealing.recoverIntervalMs),
    rpc_polling_interval: durationText(sealing.rpcPollingIntervalMs),
    ignore_proof_check: String(sealing.ignoreProofCheck),
    request_task_max_retries: String(sealing.requestTaskMaxRetries),
    verify_after_pc2: String(sealing.verifyAfterPc2),
  };
}

function numberText(value: number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function each<T>(
  table: Readonly<Record<string, T>>,
  path: string,
  setting: (key: string, value: T) => Setting,
): readonly Setting[] {
  return Object.entries(table).map(([key, value]) => setting(`${path}.${key}`, value));
}

function live(key: string, text: string | null): Setting {
  return { key, text, isFixed: false };
}

function fixed(key: string, text: string | null): Setting {
  return { key, text, isFixed: true };
}

function secret(key: string, value: string): Setting {
  return { key, text: '(secret)', secret: value, isFixed: true };
}
