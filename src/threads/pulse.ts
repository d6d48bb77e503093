/** What a thread tells without a message: five numbers in memory that both sides see. */
import { getHeapStatistics } from 'node:v8';
import { isInDiskSleep, ownTaskId } from './disk-sleep.js';

const beatAt = 0;
const heap = 1;
const taken = 2;
const large = 3;
const task = 4;
const cells = 5;
const nsInMs = 1e6;

/** Written inside the thread, read outside of it, also while the thread is busy and when it is dead. */
export class Pulse {
  readonly #cells: BigInt64Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(cells * 8)) {
    this.#cells = new BigInt64Array(buffer);
  }

  /** Inside: says which of the process's threads it is. */
  introduce(): void {
    Atomics.store(this.#cells, task, BigInt(ownTaskId()));
  }

  /** Inside: this thread's loop has turned. */
  beat(): void {
    // The same clock in every thread of a process.
    Atomics.store(this.#cells, beatAt, process.hrtime.bigint());
  }

  /** Inside: the loop will not turn for so long, ms, and that is not a hang; the next beat ends it. */
  beatAhead(ms: number): void {
    Atomics.store(this.#cells, beatAt, process.hrtime.bigint() + BigInt(Math.round(ms * nsInMs)));
  }

  /** Inside: it reads or writes a JSON of so many bytes; 0 when it does no longer. */
  holdLarge(bytes: number): void {
    Atomics.store(this.#cells, large, BigInt(bytes));
  }

  /** Inside: notes the heap in use. */
  weigh(): void {
    Atomics.store(this.#cells, heap, BigInt(getHeapStatistics().used_heap_size));
  }

  /** Inside: one more of the events that were sent has been taken. */
  take(): void {
    Atomics.add(this.#cells, taken, 1n);
  }

  /** Time since the last beat, ms; 0 before the first, below 0 while a long slice is announced. */
  get ageMs(): number {
    const at = Atomics.load(this.#cells, beatAt);
    return at === 0n ? 0 : Number(process.hrtime.bigint() - at) / nsInMs;
  }

  /** Whether the thread sleeps in a call to a disk, out of which nobody can wake it; false where that cannot be seen. */
  get isInDiskSleep(): boolean {
    return isInDiskSleep(Number(Atomics.load(this.#cells, task)));
  }

  /** JavaScript heap in use when it was last weighed; 0 before. Buffers are outside of it. */
  get heapBytes(): number {
    return Number(Atomics.load(this.#cells, heap));
  }

  /** Bytes of the large JSON that it holds; 0 when it holds none. */
  get largeBytes(): number {
    return Number(Atomics.load(this.#cells, large));
  }

  /** How many of the events that were sent the thread has taken. */
  get taken(): number {
    return Number(Atomics.load(this.#cells, taken));
  }
}
