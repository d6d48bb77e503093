/** What the worker keeps over a restart without being told to by a person; where that fails, the log says so. */
import type { WorkerCommand } from '../../machines/worker-record.js';
import { messageOf } from '../protocol/errors.js';
import type { LogLine } from '../protocol/log.js';
import { breakerText } from './warnings.js';

type Breaker = Extract<WorkerCommand, { readonly type: 'WORKER.BREAKER' }>;
type Configured = Extract<WorkerCommand, { readonly type: 'WORKER.CONFIGURED' }>;

export type KeptNews = ReturnType<typeof keptNews>;

export function keptNews(command: (next: Breaker | Configured) => Promise<unknown>, warn: LogLine) {
  return {
    breaker: (stage: Breaker['stage'], breaker: Breaker['breaker']): void => {
      warn(breakerText(stage, breaker));
      command({ type: 'WORKER.BREAKER', stage, breaker }).catch((error: unknown) =>
        warn(`the breaker of ${stage} is not kept over a restart: ${messageOf(error)}`),
      );
    },
    /** A limit set by hand when the file said something else holds no more. */
    limits: async (limits: Configured['limits']): Promise<void> => {
      await command({ type: 'WORKER.CONFIGURED', limits }).catch((error: unknown) =>
        warn(`limits that the file has overruled are not forgotten: ${messageOf(error)}`),
      );
    },
  };
}
