/**
 * A bounded queue of log lines that never blocks. Lines without room are dropped and counted; the count is logged
 * when there is room.
 */
import { idleClock, systemClock } from '../../src/actors/system-clock.js';
import { systemCodeOf } from '../../src/protocol/errors.js';
import type { Outlet } from './outlet.js';

/** Lines that were dropped. */
export interface Gap {
  readonly count: number;
  readonly sinceMs: number;
  /** The outlet's error, such as ENOSPC. */
  readonly why: string;
}

export interface SinkOptions {
  readonly outlet: Outlet;
  /** The line in place of the missing ones, with its line break. */
  readonly gapLine: (gap: Gap) => string;
  /** Maximum size of the queue, bytes. @default 1 MiB */
  readonly mostBytes?: number;
  /** @default the timers of this process */
  readonly clock?: { now(): number; setTimeout(fn: () => void, ms: number): unknown };
}

const mebibyte = 1024 * 1024;
const chunkBytes = 64 * 1024;
/** The reason for a full pipe or terminal. */
const notRead = 'its reader does not read';
const firstRetryMs = 20;
const longestRetryMs = 1000;
/** An unwritten log keeps no process alive. `now` is shown as a date. */
const idleTimers = { ...idleClock, now: Date.now };

export class BoundedSink {
  readonly #options: SinkOptions;
  readonly #clock: NonNullable<SinkOptions['clock']>;
  readonly #queue = new LineQueue();
  #outlet: Outlet;
  #next: Outlet | undefined;
  #gap: Omit<Gap, 'why'> | undefined;
  #why = notRead;
  #isWriting = false;
  /** Number of consecutive failed writes. */
  #failures = 0;
  /** Called when everything is written. */
  readonly #waiting = new Set<() => void>();

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#outlet = options.outlet;
    this.#clock = options.clock ?? idleTimers;
  }

  /** Takes whole lines with their line breaks, or drops them; a dropped call counts as one line. */
  write(text: string): void {
    const { mostBytes = mebibyte } = this.#options;
    // No line overtakes a gap: its count must be written first.
    if (this.#gap || this.#queue.bytes + Buffer.byteLength(text) > mostBytes) {
      const { count, sinceMs } = this.#gap ?? { count: 0, sinceMs: this.#clock.now() };
      this.#gap = { count: count + 1, sinceMs };
    } else this.#queue.put(text);
    this.#pump();
  }

  /** Writes to another outlet from the next line on. */
  moveTo(other: Outlet): void {
    this.#next?.close();
    this.#next = other;
    if (!this.#isWriting) this.#move();
  }

  /** Resolves when all is written, or after `withinMs`. */
  async flush(withinMs: number): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => {
      const timer = systemClock.setTimeout(resolve, withinMs);
      this.#waiting.add(() => {
        systemClock.clearTimeout(timer);
        resolve();
      });
    });
  }

  #pump(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    void this.#writeAll().finally(() => {
      this.#isWriting = false;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    });
  }

  async #writeAll(): Promise<void> {
    // Lines logged in one turn are written together.
    await Promise.resolve();
    for (;;) {
      if (this.#queue.isEmpty && this.#gap) {
        this.#queue.put(this.#options.gapLine({ ...this.#gap, why: this.#why }));
        this.#gap = undefined;
      }
      if (this.#queue.isEmpty) return;
      const chunk = this.#queue.take();
      await this.#writeChunk(chunk);
      this.#queue.written(chunk);
    }
  }

  async #writeChunk(bytes: Buffer): Promise<void> {
    let from = 0;
    while (from < bytes.length) {
      if (this.#next && (from === 0 || this.#failures > 0)) {
        this.#move();
        // A line cut off in the old outlet is repeated whole in the new one.
        from = from === 0 ? 0 : bytes.lastIndexOf(0x0a, from - 1) + 1;
      }
      try {
        from += await this.#outlet.write(from === 0 ? bytes : bytes.subarray(from));
        this.#failures = 0;
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  /** Resolves when it is time to try again. */
  async #failed(error: unknown): Promise<void> {
    const code = systemCodeOf(error) ?? 'it is closed';
    this.#why = code === 'EAGAIN' ? notRead : code;
    await new Promise<void>((resolve) => {
      this.#clock.setTimeout(resolve, Math.min(firstRetryMs * 2 ** this.#failures, longestRetryMs));
    });
    this.#failures += 1;
  }

  #move(): void {
    if (!this.#next) return;
    this.#outlet.close();
    this.#outlet = this.#next;
    this.#next = undefined;
  }
}

/** Queued lines, and the bytes of all that are not written yet. */
class LineQueue {
  #bytes = 0;
  readonly #lines: Buffer[] = [];

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  put(text: string): void {
    const line = Buffer.from(text);
    this.#lines.push(line);
    this.#bytes += line.length;
  }

  /** Takes whole lines for one write. Their bytes count until they are written. */
  take(): Buffer {
    let bytes = 0;
    const end = this.#lines.findIndex((line) => {
      bytes += line.length;
      return bytes > chunkBytes;
    });
    const lines = this.#lines.splice(0, end < 0 ? this.#lines.length : Math.max(1, end));
    return lines.length === 1 ? (lines[0] ?? Buffer.alloc(0)) : Buffer.concat(lines);
  }

  written(chunk: Buffer): void {
    this.#bytes -= chunk.length;
  }
}
