/** The worker's threads of the moment: made from the configuration, added and removed while the worker runs. */
import type { ThreadConfig, WorkerConfig } from '../../config/worker-config.js';
import type { SpareThreads } from '../../threads/index.js';
import type { MainSide } from '../border/contract.js';
import type { SettingsOfThread } from '../border/setup.js';
import type { Disks } from '../roots/open.js';
import { threadLauncher } from './launch.js';
import { setupOfThread } from './setup-of.js';
import { Slot, type SlotNews, type SupervisedSlot } from './slot.js';
import { ThreadTree } from './tree.js';

/** A year for the stage to end in. */
const longestMs = 365 * 24 * 3600 * 1000;

export interface ThreadRosterOptions {
  readonly config: () => WorkerConfig;
  /** Of the moment: a thread has it from its start on. */
  readonly workerName: () => string;
  readonly processChildren: readonly string[];
  readonly othersStages: readonly string[];
  readonly disks: Pick<Disks, 'hot' | 'ownerOf' | 'check'>;
  readonly newsOf: (index: number) => SlotNews;
  /** What a thread may ask of the main thread. */
  readonly mainSideOf: (index: number) => MainSide;
  readonly spares: SpareThreads | undefined;
}

export interface ThreadRoster {
  readonly tree: ThreadTree;
  /** By index, ascending. */
  all(): readonly SupervisedSlot[];
  find(index: number): SupervisedSlot | undefined;
  at(location: string): SupervisedSlot | undefined;
  locations(): readonly string[];
  /** As they are for a new sector: its hot configuration is read. */
  settingsOf(index: number): Promise<SettingsOfThread>;
  /** Starts one more thread. */
  add(thread: ThreadConfig): Promise<void>;
  /** Ends a thread when its stage is done, and forgets it. */
  remove(index: number): Promise<void>;
  /** Whether a thread that was removed is still at its last stage there. */
  isLeaving(location: string): boolean;
  /** Those that stay go by the configuration of now. */
  configure(): void;
  /** Another manager answers, or is adopted. */
  managerChanged(): void;
  /** Each reports its sector once more. */
  reportAgain(): void;
}

export function threadRoster(options: ThreadRosterOptions): ThreadRoster {
  const { config, newsOf, mainSideOf, spares } = options;
  const { hot, ownerOf, check } = options.disks;
  let slots: readonly SupervisedSlot[] = [];
  const leaving = new Set<SupervisedSlot>();
  const tree = new ThreadTree(() => slots);
  /** The thread as it is configured now; one that leaves goes by what it was started with. */
  const threadOf = (started: ThreadConfig) =>
    config().threads.find((each) => each.location === started.location) ?? started;
  const setupOf = (started: ThreadConfig) =>
    setupOfThread(started, {
      config: config(),
      owner: ownerOf(started.location),
      settings: hot.settingsOf(threadOf(started)),
      workerName: options.workerName(),
      processChildren: options.processChildren,
      othersStages: options.othersStages,
    });
  const create = (thread: ThreadConfig) => {
    const prepare = async () => {
      await check(thread.location);
      await hot.refresh(threadOf(thread));
    };
    const main = mainSideOf(thread.index);
    const launcher = threadLauncher({ setup: () => setupOf(thread), main, spares });
    const slot = new Slot({ configured: thread, launcher, news: newsOf(thread.index), prepare });
    slots = [...slots, slot].toSorted((a, b) => a.index - b.index);
    return slot;
  };
  const find = (index: number) => slots.find((slot) => slot.index === index);
  const settingsOf = async (index: number) => {
    const thread = config().threads.find((each) => each.index === index);
    if (!thread) throw new Error(`thread #${index} has left the configuration`);
    await hot.refresh(thread);
    return hot.settingsOf(thread);
  };
  for (const thread of config().threads) create(thread);
  return {
    tree,
    all: () => slots,
    find,
    at: (location) => slots.find((slot) => slot.location === location),
    locations: () => slots.map((slot) => slot.location),
    settingsOf,
    add: async (thread) => tree.add(create(thread)),
    remove: async (index) => {
      const slot = find(index);
      if (!slot) return;
      leaving.add(slot);
      await slot.drain(longestMs);
      await tree.remove(slot);
      slots = slots.filter((each) => each !== slot);
      leaving.delete(slot);
    },
    isLeaving: (location) => [...leaving].some((slot) => slot.location === location),
    reportAgain: () => {
      for (const slot of slots) slot.reportAgain();
    },
    managerChanged: () => {
      for (const slot of slots) {
        slot.refresh();
        slot.reportAgain();
      }
    },
    configure: () => {
      for (const thread of config().threads) find(thread.index)?.configure(hot.settingsOf(thread));
    },
  };
}
