import type { ThreadRecord } from '../../machines/thread-record.js';
import type { WdPostJob } from '../protocol/jobs.js';

/** The manager's name for the job in hand, where that is no sector. */
export function heldJob({ sector, outputs }: ThreadRecord): string | undefined {
  if (sector !== null || typeof outputs.job !== 'object' || outputs.job === null) return undefined;
  // Kept by the stage that got it, as the manager gave it.
  return (outputs.job as WdPostJob).Id;
}
