import type { ThreadConfig } from '../../config/worker-config.js';
import { timestamp } from '../../protocol/clock.js';
import type { ThreadView } from '../../protocol/thread.js';

/** A thread that has not shown itself yet. */
export function blankView(setup: Pick<ThreadConfig, 'index' | 'location' | 'plan'>): ThreadView {
  return {
    index: setup.index,
    location: setup.location,
    plan: setup.plan,
    incarnation: 0,
    revision: 0,
    sector: null,
    state: 'Empty',
    stage: '-',
    mode: 'idle',
    since: timestamp(Date.now()),
    intent: null,
    lastError: null,
    tries: null,
    waitingFor: null,
    processor: null,
    progress: null,
    possible: [],
  };
}
