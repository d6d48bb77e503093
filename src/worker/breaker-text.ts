import type { BreakerRecord } from '../../machines/worker-record.js';

/** What a breaker did, for the log. */
export function breakerText(stage: string, breaker: BreakerRecord | null): string {
  if (breaker === null) return `the breaker of ${stage} is closed: threads that waited go on`;
  const { failed, level, message } = breaker;
  const who = failed.map((index) => `#${index}`).join(', ');
  return `${who} failed ${stage} the same way: nobody tries it until one probe is done (${level}: ${message})`;
}
