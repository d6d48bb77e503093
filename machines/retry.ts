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

/** What the field's keys say of every stage, and what ours say of single ones. */
export interface RetrySettings {
  readonly maxRetries: number;
  readonly recoverIntervalMs: number;
  /** By the stage's name in the configuration. */
  readonly retry: Readonly<Record<string, Partial<RetryPolicy>>>;
}

/** The field's keys alone give the field's behaviour: the same wait before each of `max_retries` tries. */
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

/** Without a cap, a wait that grows would come to be no number and no date: a year is long enough. */
const longestMs = 365 * 24 * 3600 * 1000;

/** The wait before try `n` (from 1), whole ms, before jitter a year at most. `random` is from 0 to 1. */
export function retryDelayMs(policy: RetryPolicy, n: number, random: number): number {
  const growth = Math.min(policy.factor ** (n - 1), Number.MAX_VALUE);
  const waitMs = Math.min(policy.firstMs * growth, policy.capMs, longestMs);
  return Math.round(waitMs * (1 + policy.jitter * (2 * random - 1)));
}
