/** Starts threads again whose disks were missing, as soon as the disks are back. */
import { type Clock, systemClock } from '../actors/index.js';
import type { WorkerConfig } from '../config/worker-config.js';
import { messageOf } from '../protocol/errors.js';
import type { ThreadRoster } from './thread-roster.js';
import type { WorkerRoots } from './worker-roots.js';

export interface DiskWatchOptions {
  /** @default the system's */
  readonly clock?: Clock;
  /** `space.checkIntervalMs` is how often the disks are looked at. */
  readonly config: () => Pick<WorkerConfig, 'space'>;
  readonly threads: Pick<ThreadRoster, 'all' | 'tree' | 'configure'>;
  readonly roots: Pick<WorkerRoots, 'check' | 'onTaken'>;
  readonly warn: (line: string) => void;
}

export function watchDisks(options: DiskWatchOptions): { stop(): void } {
  const { clock = systemClock, config, threads, roots, warn } = options;
  let alarm: unknown;
  let isStopped = false;
  const lookAt = async (slot: ReturnType<ThreadRoster['all']>[number]) => {
    const isBack = await roots.check(slot.location).then(
      () => true,
      () => false,
    );
    if (!isBack || isStopped || slot.failure() === undefined) return;
    warn(`the disk of ${slot.location} is back: ${slot.name} is started again`);
    // What its start fails with is shown by the thread.
    await threads.tree.restart(slot).catch((error: unknown) => warn(`${slot.name}: ${messageOf(error)}`));
  };
  const look = async () => {
    const missing = threads.all().filter((slot) => slot.failure() !== undefined && slot.isDiskMissing());
    await Promise.all(missing.map(lookAt));
    if (!isStopped) next();
  };
  const next = () => {
    alarm = clock.setTimeout(() => void look(), config().space.checkIntervalMs);
  };
  // A store that is there at last is one for the threads that run.
  roots.onTaken(threads.configure);
  next();
  return {
    stop: () => {
      isStopped = true;
      clock.clearTimeout(alarm);
    },
  };
}
