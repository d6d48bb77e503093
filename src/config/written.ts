/** A configuration in the keys of its file: the reverse of worker-config.ts, with all defaults written out. */
import { builtinStages } from '../protocol/stages.js';
import type { ProcessorConfig } from './processor-config.js';
import type { RetryOverride } from './retry-config.js';
import type { SealingSettings } from './sealing-settings.js';
import type { ThreadConfig } from './thread-config.js';
import type { WorkerConfig } from './worker-config.js';

/** Undefined or null: not set. Threads are separate: `writtenThread`. Old spellings are not used. */
export function writtenConfig(config: WorkerConfig) {
  const { worker, manager, space } = config;
  return {
    worker: {
      name: worker.name,
      rpc_server: { host: worker.host, port: worker.port },
      ping_interval: worker.pingIntervalMs,
      local_pieces_dirs: worker.localPiecesDirs,
    },
    sector_manager: {
      rpc_client: { addr: manager.url, headers: manager.headers },
      piece_token: manager.pieceToken,
    },
    attached: config.attached,
    attached_selection: { enable_space_weighted: space.isStoreWeighted },
    processors: {
      limit: config.limits,
      limitation: { staggered: config.staggeredMs },
      ext_locks: config.extLocks,
      ...writtenProcessors(config.processors),
    },
    sealvisor: writtenSealvisor(config),
  };
}

export function writtenThread({ plan, sealing }: ThreadConfig) {
  return { plan, sealing: writtenSealing(sealing) };
}

function writtenSealing(sealing: SealingSettings) {
  return {
    allowed_miners: sealing.allowedMiners,
    allowed_sizes: sealing.allowedSizes,
    enable_deals: sealing.enableDeals,
    disable_cc: sealing.disableCc,
    max_deals: sealing.maxDeals,
    min_deal_space: sealing.minDealSpace,
    max_retries: sealing.maxRetries,
    seal_interval: sealing.sealIntervalMs,
    recover_interval: sealing.recoverIntervalMs,
    rpc_polling_interval: sealing.rpcPollingIntervalMs,
    ignore_proof_check: sealing.ignoreProofCheck,
    request_task_max_retries: sealing.requestTaskMaxRetries,
    verify_after_pc2: sealing.verifyAfterPc2,
  };
}

function writtenProcessors(processors: readonly ProcessorConfig[]) {
  const ofStage = (stage: string) => processors.filter((each) => each.stage === stage).map(writtenProcessor);
  return Object.fromEntries(builtinStages.map((stage) => [stage, ofStage(stage)]));
}

function writtenProcessor(processor: ProcessorConfig) {
  const { bin, args, envs, concurrent, weight, locks } = processor;
  return {
    bin,
    args,
    stable_wait: processor.stableWaitMs,
    envs,
    inherit_envs: processor.inheritEnvs,
    auto_restart: processor.autoRestart,
    concurrent,
    weight,
    locks,
    cgroup: { group_name: processor.groupName, cpuset: processor.cpuset },
    numa_preferred: processor.numaPreferred,
  };
}

function writtenSealvisor(config: WorkerConfig) {
  const { breaker, deadlines, space } = config;
  return {
    builtin: { least: config.builtinLeastMs },
    faults: config.faults,
    stop_grace: config.stopGraceMs,
    check_before_precommit: config.checkBeforePreCommit,
    largest_output: config.largestOutput,
    spare_threads: config.spareThreads,
    retry: Object.fromEntries(
      Object.entries(config.retry).map(([stage, retry]) => [stage, writtenRetry(retry)]),
    ),
    breaker: { after: breaker.after, probe: breaker.probeMs },
    deadlines: {
      epoch: deadlines.epochMs,
      ticket: deadlines.ticket,
      pre_commit: deadlines.preCommit,
      margin: deadlines.margin,
    },
    space: {
      enable: space.isEnabled,
      reserve: space.reserveBytes,
      check_interval: space.checkIntervalMs,
      needs: space.needs,
    },
    history_rows: config.historyRows,
    home: config.home,
    unseal_roots: config.unsealRoots,
    names: config.names,
  };
}

function writtenRetry({ tries, firstMs, factor, capMs, jitter }: RetryOverride) {
  return { tries, first: firstMs, factor, cap: capMs, jitter };
}
