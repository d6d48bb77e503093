/** A current job for which there is nothing yet, such as a sector that waits for deals (`request_task_max_retries`). */
import { inHand, type ThreadRecord } from '../../../machines/thread-record.js';

/**
 * Counts the answers in a row that there is nothing for the thread's current sector or job; behind `most()` of them it renews the
 * settings, so that an edited hot configuration takes hold without a new job.
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
