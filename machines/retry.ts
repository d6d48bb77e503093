/** When a stage that failed temporarily is retried. */
export interface RetryPolicy {
  /** Retries in a row before the failure counts as permanent. */
  readonly tries: number;
  /** The wait before the first retry, ms. */
  readonly firstMs: number;
  /** Each further wait is multiplied by this. */
  readonly factor: number;
  /** The longest wait, ms. */
  readonly capMs: number;
  /** Fraction by which a wait may be shorter or longer, 0 to 1. */
  readonly jitter: number;
}

/** Upstream's keys, which apply to all stages, and our overrides for single stages. */
export interface RetrySettings {
  readonly maxRetries: number;
  readonly recoverIntervalMs: number;
  /** The overrides, by the stage's name in the configuration. */
  readonly retry: Readonly<Record<string, Partial<RetryPolicy>>>;
}

/** With only upstream's keys it behaves like upstream: the same wait before each of `max_retries` retries. */
export function retryPolicy(settings: RetrySettings, stage: string): RetryPolicy {
  const everywhere = {
    tries: settings.maxRetries,
    firstMs: settings.recoverIntervalMs,
    factor: 1,
    capMs: Number.POSITIVE_INFINITY,
    jitter: 0,
  };
  return { ...everywhere, ...settings.retry[stage] };
}

/** For an unreachable peer: soon at first, then less often, at least once a minute before jitter, and not all threads at once. */
export function outagePolicy({ firstMs }: RetryPolicy): RetryPolicy {
  return {
    tries: Number.POSITIVE_INFINITY,
    firstMs: Math.min(Math.max(firstMs, 1), 5000),
    factor: 2,
    capMs: 60_000,
    jitter: 0.2,
  };
}

/** Without a cap, a growing wait would overflow numbers and dates: a year is long enough. */
const longestMs = 365 * 24 * 3600 * 1000;

/** The longest wait, ms, for a record of an earlier version, which does not contain `waitMs`. */
export function longestWaitMs(
  settings: RetrySettings & { readonly sealIntervalMs: number },
  stage: string,
): number {
  const policy = retryPolicy(settings, stage);
  const retryMs = retryDelayMs(policy, Math.max(1, policy.tries), 1);
  return Math.max(retryMs, settings.recoverIntervalMs, settings.sealIntervalMs);
}

/** The wait before retry `n` (from 1), in whole ms; at most a year before jitter. `random`: 0 to 1. */
export function retryDelayMs(policy: RetryPolicy, n: number, random: number): number {
  const growth = Math.min(policy.factor ** (n - 1), Number.MAX_VALUE);
  const waitMs = Math.min(policy.firstMs * growth, policy.capMs, longestMs);
  return Math.round(waitMs * (1 + policy.jitter * (2 * random - 1)));
}
