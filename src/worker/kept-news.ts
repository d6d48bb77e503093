/** What the worker keeps over a restart without being told to by a person; where that fails, the log says so. */

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
    /** A limit set by hand when the file said something else holds no more. */
    limits: async (limits: Configured['limits']): Promise<void> => {
      await command({ type: 'WORKER.CONFIGURED', limits }).catch((error: unknown) =>
        emit({ event: 'limits.notForgotten', ...faultFields(error) }),
      );
    },
  };
}
