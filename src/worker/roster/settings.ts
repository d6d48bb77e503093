/** What a thread goes by: the worker's configuration, and the thread's own hot one over it. */

import { hotConfigPath, hotConfigText, hotWarnings, parseHotConfig } from '../../config/hot-config.js';
import { leastIntervalMs } from '../../config/interval-floor.js';
import type { ThreadConfig, WorkerConfig } from '../../config/worker-config.js';
import type { DiskGate } from '../../disks/disk-gate.js';
import { messageOf } from '../../protocol/errors.js';
import { faultFields } from '../../protocol/events/event.js';
import type { Emit } from '../../protocol/events/table.js';
import type { AttachedStore } from '../../sealing/stage.js';
import type { SettingsOfThread } from '../border/setup.js';

export interface HotSettings {
  /** By what was read last. */
  settingsOf(thread: ThreadConfig): SettingsOfThread;
  /**
   * Reads `<location>/config.toml`, off the main thread and not longer than a disk may take; while that is faulty, what
   * was read before it holds, and one warning is given.
   */
  refresh(thread: ThreadConfig): Promise<void>;
  /** As they are for a new sector: the hot configuration of the thread of this index is read first. */
  freshSettingsOf(index: number): Promise<SettingsOfThread>;
  refreshAll(config: Pick<WorkerConfig, 'threads'>): Promise<void>;
}

export interface HotSettingsOptions {
  readonly config: () => WorkerConfig;
  readonly gate: DiskGate;
  /** The attached stores of the moment, each with its mark. */
  readonly stores: () => readonly AttachedStore[];
  readonly emit: Emit;
  /** Refuses a plan that could not be proven. @throws config_invalid */
  readonly checkPlan: (thread: ThreadConfig, path: string) => void;
}

export function hotSettings({ config, gate, stores, emit, checkPlan }: HotSettingsOptions): HotSettings {
  /** The tables of the last sound file; undefined where there is none. */
  const lastGood = new Map<string, string>();
  const lastFault = new Map<string, string>();
  const parsed = (text: string, thread: ThreadConfig) =>
    parseHotConfig(text, thread, leastIntervalMs(config().manager.url));
  const hotOf = (thread: ThreadConfig): ThreadConfig => {
    const text = lastGood.get(thread.location);
    return text === undefined ? thread : parsed(text, thread);
  };
  const hot: HotSettings = {
    settingsOf: (thread) => {
      const { retry, deadlines, unsealRoots, checkBeforePreCommit } = config();
      const { plan, sealing } = hotOf(thread);
      return { ...sealing, plan, retry, deadlines, unsealRoots, checkBeforePreCommit, stores: stores() };
    },
    refresh: async (thread) => {
      const { location, index } = thread;
      try {
        const text = await gate.within(location, () => hotConfigText(location));
        if (text === undefined) lastGood.delete(location);
        else {
          checkPlan(parsed(text, thread), hotConfigPath(location));
          if (lastGood.get(location) !== text)
            for (const warning of hotWarnings(text, thread))
              emit({ event: 'config.warned', warning, thread: index });
          lastGood.set(location, text);
        }
        lastFault.delete(location);
      } catch (error) {
        const fault = messageOf(error);
        const reason = fault.includes(location) ? fault : `cannot read ${hotConfigPath(location)}: ${fault}`;
        if (lastFault.get(location) !== fault)
          emit({ event: 'thread.settingsFaulty', thread: index, ...faultFields(error), reason });
        lastFault.set(location, fault);
      }
    },
    freshSettingsOf: async (index) => {
      const thread = config().threads.find((each) => each.index === index);
      if (!thread) throw new Error(`thread #${index} has left the configuration`);
      await hot.refresh(thread);
      return hot.settingsOf(thread);
    },
    refreshAll: async ({ threads }) => void (await Promise.all(threads.map(hot.refresh))),
  };
  return hot;
}
