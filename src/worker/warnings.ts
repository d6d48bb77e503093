/** What a worker warns of, in one line each. */
import type { BreakerRecord } from '../../machines/worker-record.js';
import type { FrozenProcess } from '../protocol/worker.js';

export function breakerText(stage: string, breaker: BreakerRecord | null): string {
  if (breaker === null) return `the breaker of ${stage} is closed: waiting threads continue`;
  const { failed, level, message } = breaker;
  const who = failed.map((index) => `#${index}`).join(', ');
  return `${who} failed ${stage} the same way: nobody tries it until one probe is done (${level}: ${message})`;
}

export function lostText({ index, name, pid }: FrozenProcess): string {
  return `the ${name} process frozen for thread #${index} (pid ${pid}) ends with the worker: its stage is started over`;
}
