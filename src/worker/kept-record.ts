/** The worker's current record and its listeners. Only the worker actor makes it durable (`control.ts`). */
import type { WorkerRecord } from '../../machines/worker-record.js';

type OnChange = (record: WorkerRecord, before: WorkerRecord) => void;

export class KeptRecord {
  #record: WorkerRecord;
  readonly #followers: OnChange[] = [];

  constructor(record: WorkerRecord) {
    this.#record = record;
  }

  now(): WorkerRecord {
    return this.#record;
  }

  /** Calls `follow` after each change; listeners run in the order in which they were added. */
  onChange(follow: OnChange): void {
    this.#followers.push(follow);
  }

  /** `next` is durable: it is the current record from now on. */
  become(next: WorkerRecord): void {
    const before = this.#record;
    this.#record = next;
    for (const follow of this.#followers) follow(next, before);
  }
}
