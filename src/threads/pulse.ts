/** What a thread reports without messages: five numbers in shared memory. */
import { getHeapStatistics } from 'node:v8';
import { isInDiskSleep, ownTaskId } from './disk-sleep.js';

const beatAt = 0;
const heap = 1;
const taken = 2;
const large = 3;
const task = 4;
const cells = 5;
const nsInMs = 1e6;

/** Written inside the thread and read outside, also while the thread is busy or dead. */
export class Pulse {
  readonly #cells: BigInt64Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(cells * 8)) {
    this.#cells = new BigInt64Array(buffer);
  }

  /** Inside: records the system's id of this thread. */
  introduce(): void {
    Atomics.store(this.#cells, task, BigInt(ownTaskId()));
  }

  /** Inside: this thread's loop has turned. */
  beat(): void {
    // All threads of a process share this clock.
    Atomics.store(this.#cells, beatAt, process.hrtime.bigint());
  }

  /** Inside: the loop will not turn for this long, ms, which is not a hang; the next beat ends the exemption. */
  beatAhead(ms: number): void {
    Atomics.store(this.#cells, beatAt, process.hrtime.bigint() + BigInt(Math.round(ms * nsInMs)));
  }

  /** Inside: the thread is reading or writing a JSON of so many bytes; 0 when it has finished. */
  holdLarge(bytes: number): void {
    Atomics.store(this.#cells, large, BigInt(bytes));
  }

  /** Inside: records the heap in use. */
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

  /** Whether the thread sleeps in a disk call that cannot be interrupted; false on systems that do not show it. */
  get isInDiskSleep(): boolean {
    return isInDiskSleep(Number(Atomics.load(this.#cells, task)));
  }

  /** JavaScript heap in use when it was last recorded, bytes; 0 before. Buffers do not count. */
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
