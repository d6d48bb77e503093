/** What `[sealvisor]` sets for failures: retries of stages, breakers, and how old a ticket may be. */
import { SealvisorError } from '../protocol/errors.js';
import { given } from './given.js';
import type { WorkerTable } from './worker-schema.js';

/** Fields as in `RetryPolicy` of machines/retry.ts. */
export interface RetryOverride {
  readonly tries?: number;
  readonly firstMs?: number;
  readonly factor?: number;
  readonly capMs?: number;
  readonly jitter?: number;
}

export interface BreakerConfig {
  /** How many threads must consecutively fail a stage the same way to open its breaker. @default 3 */
  readonly after: number;
  /** From the opening, and from each failed probe, to the next probe, ms. @default 300000 */
  readonly probeMs: number;
}

/** Maximum age of a ticket and a pre-commit, in epochs since they were obtained, when the stages that need them are done. */
export interface DeadlinesConfig {
  /** Length of the chain's epoch, ms. @default 30000 */
  readonly epochMs: number;
  /** The chain allows a ticket of 3780 epochs at the pre-commit; a new one is already 900 old. @default 2880 */
  readonly ticket: number;
  /** From the pre-commit to the proof. @default 86550 */
  readonly preCommit: number;
  /** Safety margin before the end, epochs. @default 60 */
  readonly margin: number;
}

type SealvisorTable = NonNullable<WorkerTable['sealvisor']>;

/** By the stage's name; keys that are not set are left out. */
export function retryOverrides({ retry = {} }: SealvisorTable): Readonly<Record<string, RetryOverride>> {
  const overrides = Object.entries(given(retry)).map(
    ([stage, table]) => [stage, retryOverride(table)] as const,
  );
  return Object.fromEntries(overrides);
}

type RetryTable = NonNullable<NonNullable<SealvisorTable['retry']>['pc1']>;

function retryOverride({ tries, first, factor, cap, jitter }: RetryTable): RetryOverride {
  return given({ tries, firstMs: first, factor, capMs: cap, jitter });
}

export function breakerConfig({ breaker = {} }: SealvisorTable): BreakerConfig {
  return { after: breaker.after ?? 3, probeMs: breaker.probe ?? 300_000 };
}

/** @throws config_invalid when no sector could ever be in time */
export function deadlinesConfig({ deadlines = {} }: SealvisorTable, path: string): DeadlinesConfig {
  const { epoch: epochMs = 30_000, ticket = 2880, pre_commit: preCommit = 86_550, margin = 60 } = deadlines;
  if (margin < ticket && margin < preCommit) return { epochMs, ticket, preCommit, margin };
  const told = `margin (${margin}) less than ticket (${ticket}) and pre_commit (${preCommit})`;
  const message = `sealvisor.deadlines in ${path}: expected ${told}, or no sector is ever in time`;
  throw new SealvisorError('config_invalid', message);
}
