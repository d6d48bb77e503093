import type { SealingTable } from './sealing-schema.js';

/** How a thread seals; durations in ms, sizes in bytes, null = no limit. */
export interface SealingSettings {
  readonly allowedMiners: readonly number[] | null;
  readonly allowedSizes: readonly number[] | null;
  /** @default false */
  readonly enableDeals: boolean;
  /** With deals enabled: wait for a deal instead of sealing an empty sector. @default false */
  readonly disableCc: boolean;
  readonly maxDeals: number | null;
  readonly minDealSpace: number | null;
  /** Consecutive temporary failures before the thread pauses. @default 5 */
  readonly maxRetries: number;
  /** Between two sectors. @default 30000 */
  readonly sealIntervalMs: number;
  /** Between a temporary failure and the next try. @default 60000 */
  readonly recoverIntervalMs: number;
  /** Between two checks of a message on chain. @default 180000 */
  readonly rpcPollingIntervalMs: number;
  /** @default false */
  readonly ignoreProofCheck: boolean;
  /** @default 3 */
  readonly requestTaskMaxRetries: number;
  /** @default false */
  readonly verifyAfterPc2: boolean;
}

/** Upstream's defaults: damocles-worker/src/config.rs, `impl Default for Sealing`. */
export const defaultSealing: SealingSettings = {
  allowedMiners: null,
  allowedSizes: null,
  enableDeals: false,
  disableCc: false,
  maxDeals: null,
  minDealSpace: null,
  maxRetries: 5,
  sealIntervalMs: 30_000,
  recoverIntervalMs: 60_000,
  rpcPollingIntervalMs: 180_000,
  ignoreProofCheck: false,
  requestTaskMaxRetries: 3,
  verifyAfterPc2: false,
};

/** `base`, overridden by the keys that `table` sets. */
export function overrideSealing(base: SealingSettings, table: SealingTable = {}): SealingSettings {
  return {
    allowedMiners: table.allowed_miners ?? base.allowedMiners,
    allowedSizes: table.allowed_sizes ?? base.allowedSizes,
    enableDeals: table.enable_deals ?? base.enableDeals,
    disableCc: table.disable_cc ?? base.disableCc,
    maxDeals: table.max_deals ?? base.maxDeals,
    minDealSpace: table.min_deal_space ?? base.minDealSpace,
    maxRetries: table.max_retries ?? base.maxRetries,
    sealIntervalMs: table.seal_interval ?? base.sealIntervalMs,
    recoverIntervalMs: table.recover_interval ?? base.recoverIntervalMs,
    rpcPollingIntervalMs: table.rpc_polling_interval ?? base.rpcPollingIntervalMs,
    ignoreProofCheck: table.ignore_proof_check ?? base.ignoreProofCheck,
    requestTaskMaxRetries: table.request_task_max_retries ?? base.requestTaskMaxRetries,
    verifyAfterPc2: table.verify_after_pc2 ?? base.verifyAfterPc2,
  };
}
