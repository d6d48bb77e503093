/** What a thread goes by: the worker's configuration, and the thread's own hot one over it. */
import { loadHotConfig } from '../config/hot-config.js';
import type { ThreadConfig, WorkerConfig } from '../config/worker-config.js';
import { messageOf } from '../protocol/errors.js';
import type { SettingsOfThread } from './thread-setup.js';

export interface HotSettings {
  /** Reads `<location>/config.toml`; while that is faulty, what was read before it holds, and one warning is given. */
  settingsOf(thread: ThreadConfig): SettingsOfThread;
}

export function hotSettings(config: () => WorkerConfig, warn: (line: string) => void): HotSettings {
  const lastGood = new Map<string, ThreadConfig>();
  const lastFault = new Map<string, string>();
  const hotOf = (thread: ThreadConfig): ThreadConfig => {
    const { location } = thread;
    try {
      const hot = loadHotConfig(location, thread);
      lastFault.delete(location);
      if (hot === thread) lastGood.delete(location);
      else lastGood.set(location, hot);
      return hot;
    } catch (error) {
      const fault = messageOf(error);
      if (lastFault.get(location) !== fault)
        warn(`${fault}; thread #${thread.index} goes on with what it had`);
      lastFault.set(location, fault);
      return lastGood.get(location) ?? thread;
    }
  };
  return {
    settingsOf: (thread) => {
      const { retry, deadlines, unsealRoots } = config();
      const { plan, sealing } = hotOf(thread);
      return { ...sealing, plan, retry, deadlines, unsealRoots };
    },
  };
}
