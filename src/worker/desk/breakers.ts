/** The breakers of all stages. Times are the desk clock's inside, RFC 3339 in kept records. */

import type { BreakerRecord } from '../../../machines/worker-record.js';
import type { Left } from '../border/contract.js';
import { type Breaker, type BreakerPolicy, closed, type Open, settled } from './breaker.js';
import type { DeskTime } from './view.js';

/** What happened to a breaker. */
export type BreakerNews = 'opened' | 'updated' | 'closed';

export interface Breakers {
  /** The stages whose breaker is open. */
  stages(): readonly string[];
  open(stage: string): Open | null;
  probeBy(stage: string, index: number): void;
  /** A thread returned the stage's slot; null if the breaker stays closed, or open and unchanged. */
  settle(stage: string, index: number, how: Left, policy: BreakerPolicy): BreakerNews | null;
  close(stage: string): void;
  /** The record that is kept over a restart; null if it is not open. */
  kept(stage: string): BreakerRecord | null;
  restore(stage: string, kept: BreakerRecord, policy: BreakerPolicy): void;
}

export function deskBreakers(time: DeskTime): Breakers {
  const breakers = new Map<string, Breaker>();
  const open = (stage: string): Open | null => {
    const breaker = breakers.get(stage);
    return breaker?.kind === 'open' ? breaker : null;
  };
  return {
    open,
    stages: () => [...breakers.keys()].filter((stage) => open(stage) !== null),
    probeBy: (stage, index) => {
      const before = open(stage);
      if (before) breakers.set(stage, { ...before, probe: index });
    },
    settle: (stage, index, how, policy) => {
      const before = breakers.get(stage) ?? closed;
      const now = time.now();
      const next = settled(before, policy, { index, how, now, at: time.text(now) });
      breakers.set(stage, next);
      if (next.kind === 'closed') return before.kind === 'closed' ? null : 'closed';
      if (before.kind === 'closed') return 'opened';
      return next === before ? null : 'updated';
    },
    close: (stage) => void breakers.set(stage, closed),
    kept: (stage) => {
      const found = open(stage);
      if (!found) return null;
      const { level, message, since, failed, nextProbeAt } = found;
      return { level, message, since, failed, nextProbeAt: time.text(nextProbeAt) };
    },
    restore: (stage, { nextProbeAt, ...facts }, { probeMs }) => {
      // If the wall clock was changed meanwhile, the probe is delayed by `probeMs` at most.
      const leftMs = Math.min(Math.max(0, time.untilMs(nextProbeAt)), probeMs);
      breakers.set(stage, { ...facts, kind: 'open', probe: null, nextProbeAt: time.now() + leftMs });
    },
  };
}
