/** A stage's breaker: opens when several threads in a row fail with the same error, and closes when any thread succeeds. */
import type { ErrorLevel } from '../../protocol/level.js';
import type { Left } from '../border/contract.js';
import { errorKey } from './breaker-key.js';

export interface BreakerPolicy {
  /** How many threads must fail in a row with the same error. */
  readonly after: number;
  /** Time from the opening, and from each failed probe, to the next probe, ms. */
  readonly probeMs: number;
}

export interface Open {
  readonly kind: 'open';
  readonly level: ErrorLevel;
  readonly message: string;
  /** RFC 3339 UTC. */
  readonly since: string;
  readonly failed: readonly number[];
  /** The thread whose probe is running; null = none. */
  readonly probe: number | null;
  /** The clock's time, ms. */
  readonly nextProbeAt: number;
}

export interface Closed {
  readonly kind: 'closed';
  /** The error key of the failures in a row, and the threads that had them (`failed`). */
  readonly key: string | null;
  readonly failed: readonly number[];
}

export type Breaker = Open | Closed;

export const closed: Closed = { kind: 'closed', key: null, failed: [] };

export interface Settled {
  readonly index: number;
  readonly how: Left;
  /** The clock's time, ms. */
  readonly now: number;
  /** The same moment, RFC 3339 UTC. */
  readonly at: string;
}

/** The breaker after a thread has returned the stage's slot. */
export function settled(breaker: Breaker, policy: BreakerPolicy, { index, how, now, at }: Settled): Breaker {
  // Also if the thread started before the breaker opened: the stage works.
  if (how.kind === 'done') return closed;
  if (!counts(how)) return isProbe(breaker, index) ? { ...breaker, probe: null, nextProbeAt: now } : breaker;
  const { level, message } = how;
  const nextProbeAt = now + policy.probeMs;
  if (breaker.kind === 'open')
    return isProbe(breaker, index) ? { ...breaker, level, message, probe: null, nextProbeAt } : breaker;
  const key = errorKey(how);
  const failed = key === breaker.key ? [...new Set([...breaker.failed, index])] : [index];
  if (failed.length < policy.after) return { kind: 'closed', key, failed };
  return { kind: 'open', level, message, since: at, failed, probe: null, nextProbeAt };
}

function isProbe(breaker: Breaker, index: number): breaker is Open {
  return breaker.kind === 'open' && breaker.probe === index;
}

/** Temporary failures and lost sectors do not count: they say nothing about the stage. */
function counts(how: Left): how is Extract<Left, { kind: 'failed' }> {
  return how.kind === 'failed' && (how.level === 'permanent' || how.level === 'critical');
}
