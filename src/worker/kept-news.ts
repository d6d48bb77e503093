/** What the worker itself keeps over a restart, without an operator's command. Failures are logged. */

import type { WorkerCommand } from '../../machines/worker-record.js';
import { faultFields } from '../protocol/events/event.js';
import type { Emit } from '../protocol/events/table.js';

type Breaker = Extract<WorkerCommand, { readonly type: 'WORKER.BREAKER' }>;
type Configured = Extract<WorkerCommand, { readonly type: 'WORKER.CONFIGURED' }>;

export type KeptNews = ReturnType<typeof keptNews>;

export function keptNews(command: (next: Breaker | Configured) => Promise<unknown>, emit: Emit) {
  return {
    breaker: (stage: Breaker['stage'], breaker: Breaker['breaker']): void => {
      if (breaker === null) emit({ event: 'breaker.closed', stage });
      else {
        const { failed: threads, level: severity, message: reason } = breaker;
        emit({ event: 'breaker.opened', stage, threads, severity, reason });
      }
      command({ type: 'WORKER.BREAKER', stage, breaker }).catch((error: unknown) =>
        emit({ event: 'breaker.notKept', stage, ...faultFields(error) }),
      );
    },
    /** Drops limits set by hand whose limit in the file has changed since. */
    limits: async (limits: Configured['limits']): Promise<void> => {
      await command({ type: 'WORKER.CONFIGURED', limits }).catch((error: unknown) =>
        emit({ event: 'limits.notForgotten', ...faultFields(error) }),
      );
    },
  };
}
