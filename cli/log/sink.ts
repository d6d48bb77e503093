/** Lines on their way to a log: bounded, never waited for. What finds no room is counted, and the count is told when there is room. */
import { idleClock, systemClock } from '../../src/actors/system-clock.js';
import { systemCodeOf } from '../../src/protocol/errors.js';
import type { Outlet } from './outlet.js';

/** Lines that were dropped. */
export interface Gap {
  readonly count: number;
  readonly sinceMs: number;
  /** What the outlet said, such as ENOSPC. */
  readonly why: string;
}

export interface SinkOptions {
  readonly outlet: Outlet;
  /** The line that stands where lines are missing, with its end. */
  readonly gapLine: (gap: Gap) => string;
  /** Bytes that may wait. @default 1 MiB */
  readonly mostBytes?: number;
  /** @default the timers of this process */
  readonly clock?: { now(): number; setTimeout(fn: () => void, ms: number): unknown };
}

export interface Sink {
  /** Takes whole lines with their ends, or counts them as dropped: one, whatever it is. */
  write(text: string): void;
  /** From the next line on, elsewhere. */
  moveTo(outlet: Outlet): void;
  /** Resolves when all is written, or after `withinMs`. */
  flush(withinMs: number): Promise<void>;
}

const mebibyte = 1024 * 1024;
const chunkBytes = 64 * 1024;
/** A pipe or a terminal that is full. */
const notRead = 'its reader does not read';
const firstRetryMs = 20;
const longestRetryMs = 1000;
/** An unwritten log keeps no process alive. `now` is shown as a date. */
const idleTimers = { ...idleClock, now: Date.now };

export function boundedSink(options: SinkOptions): Sink {
  const { gapLine, mostBytes = mebibyte, clock = idleTimers } = options;
  let { outlet } = options;
  let next: Outlet | undefined;
  const queue: Buffer[] = [];
  let queuedBytes = 0;
  let gap: { count: number; sinceMs: number } | undefined;
  let why = notRead;
  let isWriting = false;
  let failures = 0;
  const waiting = new Set<() => void>();

  const put = (text: string) => {
    const bytes = Buffer.from(text);
    queue.push(bytes);
    queuedBytes += bytes.length;
  };
  const pump = () => {
    if (isWriting) return;
    isWriting = true;
    void writeAll().finally(() => {
      isWriting = false;
      for (const resolve of waiting) resolve();
      waiting.clear();
    });
  };
  const writeAll = async () => {
    // What is logged in one turn goes out together.
    await Promise.resolve();
    for (;;) {
      if (queue.length === 0 && gap) {
        put(gapLine({ ...gap, why }));
        gap = undefined;
      }
      if (queue.length === 0) return;
      await writeChunk(chunk());
    }
  };
  /** Whole lines, as many as go out at once. */
  const chunk = (): Buffer => {
    let bytes = 0;
    const end = queue.findIndex((line) => {
      bytes += line.length;
      return bytes > chunkBytes;
    });
    const lines = queue.splice(0, end < 0 ? queue.length : Math.max(1, end));
    return lines.length === 1 ? (lines[0] ?? Buffer.alloc(0)) : Buffer.concat(lines);
  };
  const writeChunk = async (bytes: Buffer) => {
    let from = 0;
    while (from < bytes.length) {
      if (next && (from === 0 || failures > 0)) {
        outlet.close();
        outlet = next;
        next = undefined;
        // A line that was cut off is whole in the other one.
        from = from === 0 ? 0 : bytes.lastIndexOf(0x0a, from - 1) + 1;
      }
      try {
        const count = await outlet.write(from === 0 ? bytes : bytes.subarray(from));
        from += count;
        failures = 0;
      } catch (error) {
        const code = systemCodeOf(error) ?? 'it is closed';
        why = code === 'EAGAIN' ? notRead : code;
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, Math.min(firstRetryMs * 2 ** failures, longestRetryMs));
        });
        failures += 1;
      }
    }
    queuedBytes -= bytes.length;
  };

  return {
    write: (text) => {
      // Nothing passes what is missing: the count stands in its place.
      if (gap || queuedBytes + Buffer.byteLength(text) > mostBytes) {
        gap ??= { count: 0, sinceMs: clock.now() };
        gap.count += 1;
      } else put(text);
      pump();
    },
    moveTo: (other) => {
      next?.close();
      next = other;
      if (isWriting) return;
      outlet.close();
      outlet = other;
      next = undefined;
    },
    flush: async (withinMs) => {
      if (!isWriting) return;
      await new Promise<void>((resolve) => {
        const timer = systemClock.setTimeout(resolve, withinMs);
        waiting.add(() => {
          systemClock.clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
