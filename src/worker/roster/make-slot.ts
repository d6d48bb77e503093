/** Makes the slot of a configured thread: its setup, the checks before each launch, and the calls it may make. */
import type { ThreadConfig, WorkerConfig } from '../../config/worker-config.js';
import type { PlanName } from '../../protocol/plan-names.js';
import type { SpareThreads } from '../../threads/index.js';
import type { MainSide } from '../border/contract.js';
import type { Disks } from '../roots/open.js';
import { threadLauncher } from './launch.js';
import { setupOfThread } from './setup-of.js';
import { Slot, type SlotNews } from './slot.js';

export interface SlotMakerOptions {
  readonly config: () => WorkerConfig;
  /** The current name: a thread keeps the one it is started with. */
  readonly workerName: () => string;
  readonly processChildren: readonly string[];
  readonly othersStages: readonly string[];
  readonly disks: Pick<Disks, 'hot' | 'ownerOf' | 'check'>;
  readonly newsOf: (index: number) => SlotNews;
  /** The calls that a thread may make to the main thread; `planOf`: its current plan. */
  readonly mainSideOf: (index: number, planOf: () => PlanName) => MainSide;
  readonly spares: SpareThreads | undefined;
}

export function slotMaker(options: SlotMakerOptions): (thread: ThreadConfig) => Slot {
  const { config, disks, newsOf, mainSideOf, spares } = options;
  const { workerName, processChildren, othersStages } = options;
  /** The thread as it is configured now; one that was removed keeps the configuration it was started with. */
  const threadOf = (started: ThreadConfig) =>
    config().threads.find((each) => each.location === started.location) ?? started;
  const setupOf = (started: ThreadConfig) =>
    setupOfThread(started, {
      ...{ config: config(), processChildren, othersStages, workerName: workerName() },
      owner: disks.ownerOf(started.location),
      settings: disks.hot.settingsOf(threadOf(started)),
    });
  return (thread) => {
    const { index, location } = thread;
    const main = mainSideOf(index, () => slot.view().plan);
    const launcher = threadLauncher({ setup: () => setupOf(thread), main, spares });
    const prepare = async () => {
      await disks.check(location);
      await disks.hot.refresh(threadOf(thread));
    };
    const slot: Slot = new Slot({ configured: thread, launcher, news: newsOf(index), prepare });
    return slot;
  };
}
