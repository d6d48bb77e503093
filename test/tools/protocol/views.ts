import { sectorOf } from '#src/protocol/sector.js';
import type { ThreadView } from '#src/protocol/thread.js';

export const nowMs = Date.parse('2026-11-22T10:00:17.900Z');

/** A thread that is idle since 17.9 s before `nowMs`, but for `facts`. */
export function viewOf(facts: Partial<ThreadView> = {}): ThreadView {
  return {
    index: 0,
    location: '/store1',
    plan: 'sealer',
    incarnation: 1,
    revision: 1,
    sector: null,
    state: 'Empty',
    stage: '-',
    mode: 'idle',
    since: '2026-11-22T10:00:00.000Z',
    intent: null,
    lastError: null,
    tries: null,
    waitingFor: null,
    processor: null,
    progress: null,
    possible: [],
    ...facts,
  };
}

/** A thread that is paused at C1Done with an error, as in the example of venus-cluster's documents. */
export function pausedView(facts: Partial<ThreadView> = {}): ThreadView {
  return viewOf({
    sector: sectorOf({ miner: 10000, number: 2 }, 5),
    state: 'C1Done',
    stage: 'C2',
    mode: 'paused',
    lastError: {
      level: 'permanent',
      message: 'No cached parameters found',
      stage: 'C2',
      at: '2026-11-22T10:00:00.000Z',
    },
    possible: ['PC1Done', 'PC2Done', 'C1Done', 'Aborted'],
    ...facts,
  });
}
