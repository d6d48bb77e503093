/** Watches the disks in use, and restarts threads whose disks were missing when the disks are back. */

import { type Clock, systemClock } from '../../actors/index.js';
import type { WorkerConfig } from '../../config/worker-config.js';
import { faultFields } from '../../protocol/events/event.js';
import type { Emit } from '../../protocol/events/table.js';
import type { ThreadRoster } from '../roster/roster.js';
import type { DisksInUse } from './in-use.js';
import type { Disks } from './open.js';
import type { WorkerRoots } from './roots.js';

export interface DiskWatchOptions {
  /** @default the system clock */
  readonly clock?: Clock;
  /** `space.checkIntervalMs`: how often missing disks are checked. */
  readonly config: () => Pick<WorkerConfig, 'space' | 'threads'>;
  readonly threads: Pick<ThreadRoster, 'all' | 'tree' | 'configure'>;
  readonly disks: Pick<Disks, 'check' | 'pulse' | 'hot'> & { readonly roots: Pick<WorkerRoots, 'onTaken'> };
  readonly inUse: DisksInUse['inUse'];
  readonly emit: Emit;
}

export function watchDisks(options: DiskWatchOptions): { stop(): void } {
  const { clock = systemClock, config, threads, disks, inUse, emit } = options;
  let alarm: unknown;
  let isStopped = false;
  const lookAt = async (slot: ReturnType<ThreadRoster['all']>[number]) => {
    const isBack = await disks.check(slot.location).then(
      () => true,
      () => false,
    );
    if (!isBack || isStopped || slot.failure() === undefined) return;
    emit({ event: 'disk.returned', path: slot.location, name: slot.name });
    // The thread's view shows the error as well.
    await threads.tree
      .restart(slot)
      .catch((error: unknown) =>
        emit({ event: 'disk.threadNotStarted', name: slot.name, ...faultFields(error) }),
      );
  };
  const look = async () => {
    const missing = threads.all().filter((slot) => slot.failure() !== undefined && slot.isDiskMissing());
    await Promise.all(missing.map(lookAt));
    if (!isStopped) next();
  };
  const next = () => {
    alarm = clock.setTimeout(() => void look(), config().space.checkIntervalMs);
  };
  // A store that has become available can be used by the running threads.
  disks.roots.onTaken(() => threads.configure(config().threads, disks.hot.settingsOf));
  const onLook = () => {
    for (const slot of threads.all()) slot.disksSeen();
  };
  disks.pulse.start({ inUse, onLook });
  next();
  return {
    stop: () => {
      disks.pulse.stop();
      isStopped = true;
      clock.clearTimeout(alarm);
    },
  };
}
