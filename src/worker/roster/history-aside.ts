/** The history of a failed thread, read off the main thread: a SQLite read cannot be cancelled when the disk hangs. */

import { systemClock } from '../../actors/index.js';
import { longestTimerMs } from '../../actors/system-clock.js';
import { diskGate } from '../../disks/disk-gate.js';
import { inTime } from '../../disks/in-time.js';
import type { HistoryQuery } from '../../protocol/thread.js';
import { threadChild } from '../../threads/index.js';

const readMs = 10_000;
/** A read that hangs keeps its thread until the disk answers, so the gate allows no second read of that disk until then. */
const gate = diskGate(systemClock, readMs);

/** The rows, as the text of a JSON array. @throws location_in_use, store_failed, disk_hung */
export function readHistoryAside(location: string, query: HistoryQuery): Promise<string> {
  return inTime(gate, location, async () => {
    const start = threadChild({
      name: `the history of ${location}`,
      entry: new URL('./history-entry.js', import.meta.url),
      isHeldUp: () => true,
    });
    const thread = await start();
    try {
      // The gate enforces the caller's deadline; this call ends when the disk has answered.
      return await thread.call<string>('read', [location, query], longestTimerMs);
    } finally {
      thread.kill();
    }
  });
}
