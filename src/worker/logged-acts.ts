/** Commands for the worker itself that no record keeps: the log says who gave them. */
import type { LogLine } from '../protocol/log.js';
import type { ReloadReply } from '../protocol/worker.js';
import type { WorkerControl } from './control-words.js';
import type { Dumps } from './processors/dumps.js';

export function loggedActs(
  dumps: Pick<Dumps, 'setEnv' | 'removeEnv'>,
  reload: (isDryRun: boolean) => Promise<ReloadReply>,
  info: LogLine,
): Pick<WorkerControl, 'setEnv' | 'removeEnv' | 'reload'> {
  return {
    setEnv: async (variable, value, { by = 'operator' } = {}) => {
      await dumps.setEnv(variable, value);
      info(`${variable} is set by ${by}`);
    },
    removeEnv: async (variable, { by = 'operator' } = {}) => {
      await dumps.removeEnv(variable);
      info(`${variable} is removed by ${by}`);
    },
    reload: async ({ dryRun = false, by = 'operator' }) => {
      const done = await reload(dryRun);
      if (done.changed) info(`the configuration is reloaded by ${by}`);
      return done;
    },
  };
}
