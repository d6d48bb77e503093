/** The worker's own record as it holds now, and what follows it. The worker actor alone makes it durable (`control.ts`). */
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

  /** Calls `follow` after each change, in the order in which they were given. */
  onChange(follow: OnChange): void {
    this.#followers.push(follow);
  }

  /** It is durable: it holds from now on. */
  become(next: WorkerRecord): void {
    const before = this.#record;
    this.#record = next;
    for (const follow of this.#followers) follow(next, before);
  }
}
