/** The settings of a thread: the worker's configuration, overridden by the thread's own hot configuration. */

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
  /** From the configuration that was read last. */
  settingsOf(thread: ThreadConfig): SettingsOfThread;
  /**
   * Reads `<location>/config.toml`, off the main thread and within the disk deadline. While the file is faulty, the
   * last valid one stays in effect, and each new fault is logged once.
   */
  refresh(thread: ThreadConfig): Promise<void>;
  /** The settings for a new sector: the hot configuration of thread `index` is read first. */
  freshSettingsOf(index: number): Promise<SettingsOfThread>;
  refreshAll(config: Pick<WorkerConfig, 'threads'>): Promise<void>;
}

export interface HotSettingsOptions {
  readonly config: () => WorkerConfig;
  readonly gate: DiskGate;
  /** The stores that are attached now, each with its mark. */
  readonly stores: () => readonly AttachedStore[];
  readonly emit: Emit;
  /** Rejects a plan whose sectors could not be proven. @throws config_invalid */
  readonly checkPlan: (thread: ThreadConfig, path: string) => void;
}

export function hotSettings({ config, gate, stores, emit, checkPlan }: HotSettingsOptions): HotSettings {
  /** The text of the last valid file, by location; no entry where there is no file. */
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
