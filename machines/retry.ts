/** When a stage that failed in passing is tried again. */
export interface RetryPolicy {
  /** How many times in a row, before the failure counts as permanent. */
  readonly tries: number;
  /** Before the first try, ms. */
  readonly firstMs: number;
  /** What each further wait is multiplied with. */
  readonly factor: number;
  /** The longest wait, ms. */
  readonly capMs: number;
  /** Share of the wait by which it may be shorter or longer, 0 to 1. */
  readonly jitter: number;
}

/** What upstream's keys say of every stage, and what ours say of single ones. */
export interface RetrySettings {
  readonly maxRetries: number;
  readonly recoverIntervalMs: number;
  /** By the stage's name in the configuration. */
  readonly retry: Readonly<Record<string, Partial<RetryPolicy>>>;
}

/** Upstream's keys alone give upstream's behaviour: the same wait before each of `max_retries` tries. */
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

/** At first soon, then rarer, a minute at most, and not all threads at once: for a side that cannot be reached. */
export function outagePolicy({ firstMs }: RetryPolicy): RetryPolicy {
  return {
    tries: Number.POSITIVE_INFINITY,
    firstMs: Math.min(Math.max(firstMs, 1), 5000),
    factor: 2,
    capMs: 60_000,
    jitter: 0.2,
  };
}

/** Without a cap, a wait that grows would come to be no number and no date: a year is long enough. */
const longestMs = 365 * 24 * 3600 * 1000;

/** What a record of before could wait for that does not say which delay its wait was made from. */
export function longestWaitMs(
  settings: RetrySettings & { readonly sealIntervalMs: number },
  stage: string,
): number {
  const policy = retryPolicy(settings, stage);
  const retryMs = retryDelayMs(policy, Math.max(1, policy.tries), 1);
  return Math.max(retryMs, settings.recoverIntervalMs, settings.sealIntervalMs);
}

/** The wait before try `n` (from 1), whole ms, before jitter a year at most. `random` is from 0 to 1. */
export function retryDelayMs(policy: RetryPolicy, n: number, random: number): number {
  const growth = Math.min(policy.factor ** (n - 1), Number.MAX_VALUE);
  const waitMs = Math.min(policy.firstMs * growth, policy.capMs, longestMs);
  return Math.round(waitMs * (1 + policy.jitter * (2 * random - 1)));
}
