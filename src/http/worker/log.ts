/** Workers that come, move, fall silent and are removed, as lines of the manager's log. */
import type { Log } from '../../protocol/log.js';

export interface WorkerLog {
  /** A ping's parameter, which was taken. */
  seen(ping: Readonly<Record<string, unknown>>): void;
  removed(name: string): void;
}

/** Three pings of a worker that is set to the default. */
const leastSilenceMs = 180_000;

export function workerLog(
  log: Pick<Log, 'info' | 'warn'>,
  clock = { now: () => performance.now(), setTimeout, clearTimeout },
): WorkerLog {
  const workers = new Map<string, { dest: string; lastMs: number; timer: NodeJS.Timeout; isLost: boolean }>();
  return {
    seen: ({ Name, Dest }) => {
      const name = String(Name);
      const dest = String(Dest);
      const before = workers.get(name);
      if (!before) log.info(`worker ${name} reports from ${dest}`);
      else if (before.dest !== dest)
        log.warn(`worker ${name} reports from ${dest}, no longer from ${before.dest}`);
      else if (before.isLost) log.info(`worker ${name} reports again`);
      const nowMs = clock.now();
      // Who reports seldom is silent longer.
      const silenceMs = Math.max(leastSilenceMs, before && !before.isLost ? 3 * (nowMs - before.lastMs) : 0);
      clock.clearTimeout(before?.timer);
      const timer = clock.setTimeout(() => {
        const lost = workers.get(name);
        if (lost) lost.isLost = true;
        log.warn(`worker ${name} at ${dest} has not reported for ${Math.round(silenceMs / 1000)} s`);
      }, silenceMs);
      timer.unref();
      workers.set(name, { dest, lastMs: nowMs, timer, isLost: false });
    },
    removed: (name) => {
      clock.clearTimeout(workers.get(name)?.timer);
      workers.delete(name);
      log.info(`worker ${name} is removed from the list`);
    },
  };
}
