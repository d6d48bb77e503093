/** The breakers of all stages, with the times they are kept under. */

import type { BreakerRecord } from '../../../machines/worker-record.js';
import type { Left } from '../border/contract.js';
import { type Breaker, type BreakerPolicy, closed, type Open, settled } from './breaker.js';
import type { DeskTime } from './view.js';

/** What a breaker's news do to its line. */
export type BreakerNews = 'opened' | 'updated' | 'closed';

export interface Breakers {
  /** The stages whose breaker is open. */
  stages(): readonly string[];
  open(stage: string): Open | null;
  probeBy(stage: string, index: number): void;
  /** A thread gave the stage back; null when that makes no difference. */
  settle(stage: string, index: number, how: Left, policy: BreakerPolicy): BreakerNews | null;
  close(stage: string): void;
  /** As it is kept over a restart. */
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
      // A wall clock that was set meanwhile puts a probe off by no more than the usual time.
      const leftMs = Math.min(Math.max(0, time.untilMs(nextProbeAt)), probeMs);
      breakers.set(stage, { ...facts, kind: 'open', probe: null, nextProbeAt: time.now() + leftMs });
    },
  };
}
