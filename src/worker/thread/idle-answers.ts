/** Detects a current job with nothing to do yet, such as a sector that waits for deals (`request_task_max_retries`). */
import { inHand, type ThreadRecord } from '../../../machines/thread-record.js';

/**
 * Counts consecutive answers that there is nothing to do for the thread's current sector or job. After more than `most()` it
 * renews the settings, so that an edited hot configuration takes effect without a new job.
 */
export function idleAnswers({ most, renew }: { most(): number; renew(): void }) {
  let answers = 0;
  return (record: ThreadRecord, event: string): void => {
    answers = event === 'Idle' && inHand(record) !== null ? answers + 1 : 0;
    if (answers <= most()) return;
    answers = 0;
    renew();
  };
}
