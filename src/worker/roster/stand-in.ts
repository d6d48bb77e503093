/** Views shown while there is no thread. */
import type { ThreadConfig } from '../../config/worker-config.js';
import { timestamp } from '../../protocol/clock.js';
import type { ThreadView } from '../../protocol/thread.js';

/** The view of a thread that has not sent one yet. */
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

/** The view of a thread that has exited: its last state, and what happened to it. */
export function standInView(
  last: ThreadView,
  became: Pick<ThreadView, 'mode' | 'incarnation'> & { readonly message: string },
): ThreadView {
  const { mode, incarnation, message } = became;
  const at = timestamp(Date.now());
  const lastError = { level: 'critical', message, stage: last.stage, at } as const;
  return { ...last, mode, incarnation, since: at, progress: null, processor: null, lastError };
}
