/** The history of a thread that does not run, read off the main thread: SQLite cannot be asked to give up on a disk. */

import { systemClock } from '../../actors/index.js';
import { longestTimerMs } from '../../actors/system-clock.js';
import { diskGate } from '../../disks/disk-gate.js';
import { inTime } from '../../disks/in-time.js';
import type { HistoryQuery } from '../../protocol/thread.js';
import { threadChild } from '../../threads/index.js';

const readMs = 10_000;
/** Where a read hangs its thread stays until the disk answers, so that disk is not read again before. */
const gate = diskGate(systemClock, readMs);

/** The rows as the text of a JSON array. @throws location_in_use, store_failed, disk_hung */
export function readHistoryAside(location: string, query: HistoryQuery): Promise<string> {
  return inTime(gate, location, async () => {
    const start = threadChild({
      name: `the history of ${location}`,
      entry: new URL('./history-entry.js', import.meta.url),
      isHeldUp: () => true,
    });
    const thread = await start();
    try {
      // The gate's deadline is the caller's; this call is over when the disk has answered.
      return await thread.call<string>('read', [location, query], longestTimerMs);
    } finally {
      thread.kill();
    }
  });
}
