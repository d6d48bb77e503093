/** What a failure does to the current work: it is retried, ends, or waits for an operator (docs/spec.md#failures). Pure. */
import type { ErrorLevel } from '../src/protocol/level.js';
import { type Plan, planState } from './plan.js';
import type { RetryPolicy } from './retry.js';
import type { ThreadRecord } from './thread-record.js';

interface Failure {
  readonly level: ErrorLevel;
  readonly isUnreachable?: boolean;
}

export function retriesAfter({ tries }: ThreadRecord, { level }: Failure, policy: RetryPolicy): boolean {
  return level === 'temporary' && tries < policy.tries;
}

/** Whether a failure ends the thread's current sector or job, instead of being retried or left to an operator. */
export function givesUp(plan: Plan, record: ThreadRecord, failure: Failure, policy: RetryPolicy): boolean {
  if (record.state === 'Aborted') return false;
  const ends = planState(plan, record.state)?.endsJob;
  switch (failure.level) {
    case 'abort':
      return true;
    case 'permanent':
      return ends !== undefined;
    case 'temporary':
      return ends === 'after-tries' && !failure.isUnreachable && !retriesAfter(record, failure, policy);
    case 'critical':
      return false;
  }
}
