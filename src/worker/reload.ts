/** Configuration without a restart: what the file says is compared with what runs, and the one is brought to the other. */
import { configChanges } from '../config/config-diff.js';
import { loadWorkerConfig, type ThreadConfig, type WorkerConfig } from '../config/worker-config.js';
import type { ReloadReply } from '../protocol/worker.js';

export interface ReloadOptions {
  running(): WorkerConfig;
  /** Makes the configuration that of the worker: threads that stay go by it from now on. */
  adopt(config: WorkerConfig): void;
  /** @throws location_not_writable */
  checkLocation(location: string): Promise<void>;
  addThread(thread: ThreadConfig): Promise<void>;
  /** Ends the thread when its stage is done. */
  removeThread(index: number): void;
}

/** What runs, as far as a restart is not needed for it. Threads keep their indexes; new ones get the next. */
export function reloadedConfig(running: WorkerConfig, wanted: WorkerConfig): WorkerConfig {
  let next = Math.max(-1, ...running.threads.map((thread) => thread.index));
  const threads = wanted.threads.map((thread) => {
    const before = running.threads.find((each) => each.location === thread.location);
    if (!before) return { ...thread, index: ++next };
    return { ...thread, index: before.index, plan: before.plan };
  });
  const { limits, staggeredMs, retry, breaker, deadlines, historyRows, stopGraceMs } = wanted;
  return {
    ...running,
    worker: { ...running.worker, pingIntervalMs: wanted.worker.pingIntervalMs },
    threads: threads.toSorted((a, b) => a.index - b.index),
    limits,
    staggeredMs,
    retry,
    breaker,
    deadlines,
    historyRows,
    stopGraceMs,
  };
}

/** @throws config_missing, config_invalid, location_shared, location_not_writable; then nothing has changed */
export async function reload(options: ReloadOptions, isDryRun: boolean): Promise<ReloadReply> {
  const running = options.running();
  const { config: wanted, warnings } = loadWorkerConfig(running.path);
  const changes = configChanges(running, wanted);
  const reply = (changed: boolean, message: string): ReloadReply => ({ changed, message, changes, warnings });
  const live = changes.filter(({ kind }) => kind !== 'restart');
  const later = changes.length - live.length;
  const rest = later > 0 ? `; ${later} need a restart` : '';
  if (changes.length === 0) return reply(false, 'the file says what runs: nothing to change');
  if (isDryRun) return reply(false, `${live.length} changes would be applied${rest}`);
  if (live.length === 0) return reply(false, `nothing can be applied${rest}`);
  const next = reloadedConfig(running, wanted);
  const locations = running.threads.map((thread) => thread.location);
  const added = next.threads.filter((thread) => !locations.includes(thread.location));
  const removed = running.threads.filter(
    (thread) => !next.threads.some((each) => each.location === thread.location),
  );
  for (const { location } of added) await options.checkLocation(location);
  options.adopt(next);
  for (const thread of added) await options.addThread(thread);
  for (const { index } of removed) options.removeThread(index);
  return reply(true, `${live.length} changes are applied${rest}`);
}
