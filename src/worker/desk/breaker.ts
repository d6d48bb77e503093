/** A stage's breaker: opens when one trouble fails thread after thread, and is closed by the first that gets through. */
import type { ErrorLevel } from '../../protocol/level.js';
import type { Left } from '../border/contract.js';
import { errorKey } from './breaker-key.js';

export interface BreakerPolicy {
  /** So many threads must fail the same way, in a row. */
  readonly after: number;
  /** From then, and from each failed probe, to the next probe, ms. */
  readonly probeMs: number;
}

export interface Open {
  readonly kind: 'open';
  readonly level: ErrorLevel;
  readonly message: string;
  /** RFC 3339 UTC. */
  readonly since: string;
  readonly failed: readonly number[];
  /** The thread that tries now. */
  readonly probe: number | null;
  /** The clock's time, ms. */
  readonly nextProbeAt: number;
}

export interface Closed {
  readonly kind: 'closed';
  /** The trouble of the failures in a row, and the threads that met it. */
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

/** The breaker when a thread that did the stage has given it back. */
export function settled(breaker: Breaker, policy: BreakerPolicy, { index, how, now, at }: Settled): Breaker {
  // Also a thread that had started before it opened: what it got through is not broken.
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

/** What passes by itself, and a sector that is lost, say nothing of the stage. */
function counts(how: Left): how is Extract<Left, { kind: 'failed' }> {
  return how.kind === 'failed' && (how.level === 'permanent' || how.level === 'critical');
}
