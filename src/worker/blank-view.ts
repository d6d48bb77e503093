import { timestamp } from '../protocol/clock.js';
import type { PlanName, ThreadView } from '../protocol/thread.js';
import type { ThreadSetup } from './thread-setup.js';

/** A thread that has not shown itself yet. */
export function blankView(setup: Pick<ThreadSetup, 'index' | 'location' | 'plan'>): ThreadView {
  return {
    index: setup.index,
    location: setup.location,
    // Checked by the configuration.
    plan: setup.plan as PlanName,
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
